"""The page of delivery problems: filter, bulk actions with undo, and putting things into the inbox."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from conversations.models import Conversation, Message
from engagement.channels.actions.receive import receive
from engagement.channels.inbound import processing
from engagement.channels.models import RawEvent
from engagement.events import relay
from engagement.keys import new_key
from tests import factories

pytestmark = pytest.mark.django_db
URL = "conversations:attention"
BOUNCE = (
    b"From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered %d\r\n\r\nThe mail could not be delivered:\r\n\r\n"
    b"<velho@cliente.example>: 550 5.1.1 User unknown\r\n\r\nWhere is my frame?\r\n"
)


@pytest.fixture
def channel():
    made = factories.make_channel()
    factories.make_queue(channels=(made,), answer_within=60)
    return made


@pytest.fixture
def operator(client, channel):
    person = factories.make_user("Iara Menezes", queues=tuple(channel.queues.all()))
    names = ["replay_rawevent", "view_rawevent", "settle_transmission"]
    person.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return person


def arrived(channel, body: bytes) -> RawEvent:
    raw = receive(
        channel=channel, body=body, provider_key=str(new_key()), envelope={"mail_from": ""}, now=timezone.now()
    )
    processing.process(key=raw.key, now=timezone.now())
    raw.refresh_from_db()
    return raw


def relay_all() -> None:
    while relay.run_pending(limit=100):
        continue


def test_a_problem_is_shown_with_subject_kind_and_bounced_address(client, operator, channel):
    raw = arrived(channel, BOUNCE % 1)
    assert (raw.status, raw.kind) == ("failed", "bounce")
    page = client.get(reverse(URL)).content.decode()
    assert "Undelivered 1" in page
    assert "Recipient: velho@cliente.example" in page
    assert "Delivery problems" in page


def test_it_is_narrowed_by_kind_channel_and_period(client, operator, channel):
    arrived(channel, BOUNCE % 1)
    arrived(channel, b"no header at all")
    other = factories.make_channel()
    channel.queues.get().channels.add(other)

    def shown(**query: object) -> set[str]:
        items = client.get(reverse(URL), query).context["page"].items
        return {item.raw_kind for item in items}

    assert shown() == {"bounce", ""}
    assert shown(kind="report") == {"bounce"}
    assert shown(kind="unreadable") == {""}
    assert shown(channel=other.pk) == set()
    assert shown(channel=channel.pk, days="1") == {"bounce", ""}
    assert shown(kind="nonsense", days="x", channel="y") == {"bounce", ""}


def test_what_was_recognized_automatically_can_be_found(client, operator, channel):
    raw = arrived(channel, BOUNCE % 1)
    RawEvent.objects.filter(pk=raw.pk).update(status="robot")
    assert client.get(reverse(URL)).context["page"].items == []
    items = client.get(reverse(URL), {"kind": "automatic"}).context["page"].items
    assert [item.key for item in items] == [raw.pk]


def test_all_of_a_filter_are_dismissed_and_that_is_undone(client, operator, channel):
    for number in range(3):
        arrived(channel, BOUNCE % number)
    arrived(channel, b"no header at all")
    answer = client.post(reverse("conversations:attention-bulk"), {"action": "dismiss", "all": "1", "kind": "report"})
    assert RawEvent.objects.filter(status="settled").count() == 3
    page = client.get(answer["Location"])
    assert "3 problems dismissed." in page.content.decode()
    client.post(reverse("conversations:attention-undo"), {"at": page.context["done"]["at"]})
    assert RawEvent.objects.filter(status="failed").count() == 4


def test_an_undo_ends_and_is_only_ones_own(client, operator, channel):
    raw = arrived(channel, BOUNCE % 1)
    at = timezone.now() - timedelta(hours=1)
    RawEvent.objects.filter(pk=raw.pk).update(status="settled", settled_by=operator, settled_at=at)
    client.post(reverse("conversations:attention-undo"), {"at": at.isoformat()})
    assert RawEvent.objects.get().status == "settled"
    recent = timezone.now()
    RawEvent.objects.update(settled_by=factories.make_user("Bia"), settled_at=recent)
    client.post(reverse("conversations:attention-undo"), {"at": recent.isoformat()})
    assert RawEvent.objects.get().status == "settled"


def test_nothing_chosen_is_said(client, operator, channel):
    assert client.post(reverse("conversations:attention-bulk"), {"action": "dismiss"}).status_code == 422


@pytest.mark.parametrize("body", [BOUNCE % 7, b"no header at all\r\nWhere is my frame?"])
def test_what_was_not_understood_becomes_a_conversation_with_its_words(client, operator, channel, body):
    raw = arrived(channel, body)
    client.post(reverse("conversations:put-into-inbox", args=[raw.pk]))
    relay_all()
    conversation = Conversation.objects.get()
    assert conversation.waiting_since is not None
    message = Message.objects.get(conversation=conversation)
    assert "Where is my frame?" in message.text + message.quoted_text + message.signature
    assert RawEvent.objects.get().status == "read"
    assert client.post(reverse("conversations:put-into-inbox", args=[raw.pk])).status_code == 404


def test_several_are_put_into_the_inbox_at_once(client, operator, channel):
    raws = [arrived(channel, BOUNCE % number) for number in range(2)]
    items = [f"inbound:{raw.pk}" for raw in raws]
    client.post(reverse("conversations:attention-bulk"), {"action": "inbox", "items": items})
    assert set(RawEvent.objects.values_list("status", flat=True)) == {"read"}


def test_whoever_may_not_replay_puts_nothing_into_the_inbox(client, channel):
    raw = arrived(channel, BOUNCE % 1)
    person = factories.make_user("Ana")
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(reverse("conversations:put-into-inbox", args=[raw.pk])).status_code == 403
    assert client.post(reverse("conversations:attention-bulk"), {"action": "inbox", "all": "1"}).status_code == 403
    assert RawEvent.objects.get().status == "failed"
