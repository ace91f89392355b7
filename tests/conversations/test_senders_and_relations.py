"""What an agent is told about who sent a message, and which conversations belong together."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from conversations.models import ConversationRelation, Message
from engagement.channels.actions.receive import receive
from engagement.channels.email.sender_check import LookupFailed, SenderCheck, Verdict
from engagement.channels.inbound import processing, sender_checks
from engagement.channels.inbound.delivery_key import delivery_key
from engagement.channels.models import Channel, PendingSenderCheck, RawEvent
from engagement.events import relay
from tests.factories import make_channel, make_message, make_queue, make_user, minutes

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def care():
    channel = make_channel("care@pedralva.example", name="Care")
    queue = make_queue("care", name="Customer care", name_pt="Atendimento", channels=(channel,), is_default=True)
    iara, stranger = make_user("Iara Menezes", queues=(queue,)), make_user("Dagmar Oyelaran")
    for person in (iara, stranger):
        person.groups.add(Group.objects.get(role__slug="agent"))
    return SimpleNamespace(channel=channel, queue=queue, iara=iara, stranger=stranger)


@pytest.fixture
def agent(client, care):
    client.force_login(care.iara)
    return client


def letter(name: str, *, header: str = "", text: str = "Where is it?") -> bytes:
    return (
        f"{header}From: Ana Prado <ana@cliente.example>\r\nTo: care@pedralva.example\r\nSubject: My order\r\n"
        f"Message-ID: <{name}@cliente.example>\r\nDate: Sun, 22 Nov 2026 10:00:00 -0300\r\n\r\n{text}\r\n"
    ).encode()


def read(channel: Channel, *bodies: bytes, **envelope: object) -> list[Message]:
    raws = [
        receive(channel=channel, body=body, provider_key=delivery_key(body), envelope=envelope, now=NOW)
        for body in bodies
    ]
    processing.process_waiting()
    while relay.run_pending():
        continue
    by_key = {message.raw_event_key: message for message in Message.objects.filter(kind="received")}
    return [by_key[raw.pk] for raw in raws]


def page(client, message: Message) -> str:
    return client.get(reverse("conversations:thread", args=["all", message.conversation_id])).content.decode()


SPOOFED = "Authentication-Results: mx.pedralva.example; spf=fail smtp.mailfrom=x.example; dmarc=fail\r\n"
PASSED = "Authentication-Results: mx.pedralva.example; dmarc=pass header.from=cliente.example\r\n"


def test_a_failed_sender_is_marked_on_the_message_alone(agent, care):
    spoofed, other = read(care.channel, letter("one", header=SPOOFED), letter("two"))
    assert spoofed.detail["sender_check"] == {
        "verdict": "failed",
        "spf": "fail",
        "dmarc": "fail",
        "checked_by": "mx.pedralva.example",
    }
    assert "sender_check" not in other.detail
    assert page(agent, spoofed).count("Sender not verified") == 1
    assert "Sender not verified" not in page(agent, other)


def test_a_pass_counts_from_a_trusted_server_only(care):
    (untrusted,) = read(care.channel, letter("one", header=PASSED))
    Channel.objects.update(settings={"authentication_servers": ["mx.pedralva.example"]})
    (trusted,) = read(care.channel, letter("two", header=PASSED))
    assert "sender_check" not in untrusted.detail
    assert trusted.detail["sender_check"]["verdict"] == "verified"


@pytest.fixture
def checks(settings, monkeypatch):
    """Checks of our own; ``asked`` remembers what is verified, ``answers`` says what comes of it."""
    settings.CHECK_SENDERS = True
    state = SimpleNamespace(asked=[], answers=SenderCheck(Verdict.FAILED, spf="fail", dkim="none", dmarc="fail"))

    def verify(raw, **facts):
        state.asked.append(facts)
        if isinstance(state.answers, Exception):
            raise state.answers
        return state.answers

    monkeypatch.setattr(sender_checks, "verify_sender", verify)
    return state


def test_what_no_server_checked_is_checked_later_and_marked(agent, care, checks):
    envelope = {"mail_from": "x@atacante.example", "peer": "45.12.0.9", "helo": "mx.x.example"}
    message, _known = read(care.channel, letter("one"), letter("two", header=SPOOFED), **envelope)
    assert list(PendingSenderCheck.objects.values_list("pk", flat=True)) == [message.raw_event_key]
    assert sender_checks.run_checks(now=timezone.now()) is False
    assert checks.asked == [
        {
            "from_domain": "cliente.example",
            "mail_from": "x@atacante.example",
            "peer": "45.12.0.9",
            "helo": "mx.x.example",
        }
    ]
    while relay.run_pending():
        continue
    message.refresh_from_db()
    assert message.detail["sender_check"]["verdict"] == "failed"
    assert "Sender not verified" in page(agent, message)
    assert not PendingSenderCheck.objects.exists()


def test_a_channel_can_do_without_its_own_check(care, checks):
    Channel.objects.update(settings={"checks_senders": False})
    read(care.channel, letter("one"))
    assert not PendingSenderCheck.objects.exists()


def test_silent_dns_is_asked_three_times_and_then_proves_nothing(care, checks):
    (message,) = read(care.channel, letter("one"))
    checks.answers = LookupFailed("dns")
    for _ in range(3):
        sender_checks.run_checks(now=timezone.now())
        PendingSenderCheck.objects.filter(due_at__gt=timezone.now() + minutes(4)).update(due_at=NOW)
    while relay.run_pending():
        continue
    message.refresh_from_db()
    assert (len(checks.asked), message.detail["sender_check"]) == (3, {"verdict": "unknown"})
    assert not PendingSenderCheck.objects.exists()


# The original ------------------------------------------------------------------------------------------------


def test_the_original_shows_header_sender_and_source(agent, care):
    (message,) = read(care.channel, letter("one", header=SPOOFED, text="<script>alert(1)</script>"))
    address = reverse("conversations:original", args=[message.conversation_id, message.pk])
    assert address in page(agent, message)
    shown = agent.get(address).content.decode()
    assert "authentication-results" in shown
    assert "could not be verified" in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script>alert(1)" not in shown
    source = agent.get(reverse("conversations:original-source", args=[message.conversation_id, message.pk]))
    assert source.content == bytes(RawEvent.objects.get(pk=message.raw_event_key).body)
    assert source["Content-Type"] == "application/octet-stream"
    assert "attachment" in source["Content-Disposition"]


def test_the_original_is_for_who_may_read_the_conversation_and_sources(client, care):
    (message,) = read(care.channel, letter("one"))
    address = reverse("conversations:original", args=[message.conversation_id, message.pk])
    client.force_login(care.stranger)
    assert client.get(address).status_code == 404
    reader = make_user("Celina", queues=(care.queue,))
    client.force_login(reader)
    assert client.get(address).status_code == 403
    other = make_message(care.channel, "eve@evil.example")
    client.force_login(care.iara)
    assert client.get(reverse("conversations:original", args=[other.conversation_id, message.pk])).status_code == 404


# What belongs together ---------------------------------------------------------------------------------------


def test_an_answer_of_a_third_person_is_shown_on_both_sides(agent, care):
    first = make_message(care.channel, external_id="a@x")
    third = make_message(care.channel, "colleague@other.example", name="Kira", in_reply_to=["a@x"], text="I answer.")
    assert third.conversation_id != first.conversation_id
    assert ConversationRelation.objects.get().related_id == first.conversation_id
    there, here = page(agent, third), page(agent, first)
    assert "Replies to another conversation:" in there
    assert reverse("conversations:conversation", args=[first.conversation_id]) in there
    assert "Kira replied to this in another conversation." in here
    assert reverse("conversations:conversation", args=[third.conversation_id]) in here


def test_a_related_conversation_of_a_foreign_queue_is_not_opened(agent, care):
    first = make_message(care.channel, external_id="a@x", title="Secret matter")
    third = make_message(care.channel, "colleague@other.example", in_reply_to=["a@x"])
    first.conversation.queue = make_queue("finance")
    first.conversation.save()
    shown = page(agent, third)
    assert "a queue that you don't have access to" in shown.replace("&#x27;", "'")
    assert "Secret matter" not in shown
    assert str(first.conversation_id) not in shown


def test_one_email_to_two_mailboxes_shows_its_twin_on_both_sides(agent, care):
    workshop = make_channel("oficina@pedralva.example", name="Workshop")
    care.queue.channels.add(workshop)
    here = make_message(care.channel, external_id="a@x")
    there = make_message(workshop, external_id="a@x")
    assert "The same email was also received by Workshop:" in page(agent, here)
    assert "The same email was also received by Care:" in page(agent, there)
    assert reverse("conversations:conversation", args=[there.conversation_id]) in page(agent, here)


def test_the_message_id_of_another_sender_makes_no_twin(agent, care):
    workshop = make_channel("oficina@pedralva.example", name="Workshop")
    care.queue.channels.add(workshop)
    here = make_message(care.channel, external_id="a@x")
    make_message(workshop, "eve@evil.example", external_id="a@x")
    assert "also received" not in page(agent, here)


def test_the_page_asks_as_often_for_one_relation_as_for_five(agent, care):
    first = make_message(care.channel, external_id="a@x")
    make_message(care.channel, "one@other.example", in_reply_to=["a@x"])
    address = reverse("conversations:thread", args=["all", first.conversation_id])
    agent.get(address)
    with CaptureQueriesContext(connection) as once:
        agent.get(address)
    for number in range(2, 6):
        make_message(care.channel, f"n{number}@other.example", in_reply_to=["a@x"])
    with CaptureQueriesContext(connection) as more:
        agent.get(address)
    assert len(more) == len(once)


def test_the_api_tells_what_is_known_of_a_sender(agent, care):
    (message,) = read(care.channel, letter("one", header=SPOOFED))
    rows = agent.get(f"/api/v1/conversations/{message.conversation_id}/messages/").json()["results"]
    assert rows[0]["sender_check"]["verdict"] == "failed"
    assert rows[0]["relates_to"] is None
