"""A program begins a conversation, with the refusals of the page."""

import json

import pytest
from django.utils import timezone

from conversations.models import Conversation, Message
from engagement.channels.models import Channel, Transmission
from engagement.profiles.actions import resolve
from engagement.profiles.actions.consent import withdraw
from engagement.profiles.actions.identify import add_address
from engagement.profiles.actions.suppress import suppress
from engagement.profiles.models import Profile
from tests.factories import make_number

pytestmark = pytest.mark.django_db
LIST = "/api/v1/conversations/"


@pytest.fixture
def person(queue, channel) -> Profile:
    number = make_number()
    queue.channels.set([channel, number])
    profile = resolve(kind="email", address="ana@customer.example", name="Ana Prado", now=timezone.now()).profile
    add_address(profile_id=profile.pk, kind="phone", address="+55 31 98801-0101", now=timezone.now())
    return profile


@pytest.fixture
def begin(client, bearer, person):
    headers = bearer("conversations:write")

    def do(headers=headers, more=None, **body):
        body = {"text": "It has come."} | body
        return client.post(LIST, json.dumps(body), content_type="application/json", headers=headers | (more or {}))

    return do


def code(answer) -> str:
    return answer.json()["type"].removeprefix("urn:vilarejo:problem:")


def test_by_email_with_a_subject(begin, person, agent):
    answer = begin(profile=str(person.pk), kind="email", subject="Your wheel")
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert (shown["status"], shown["title"], shown["address"], shown["channel"]) == (
        "pending",
        "Your wheel",
        "ana@customer.example",
        str(Channel.objects.get(kind="email").pk),
    )
    assert shown["assignee"] == str(agent.pk)
    assert Transmission.objects.get().state == "queued"


def test_by_sms_to_a_number(begin, person):
    answer = begin(address="+55 31 98801 0101")
    assert answer.status_code == 201, answer.content
    conversation = Conversation.objects.get(pk=answer.json()["id"])
    assert (conversation.channel.kind, conversation.profile, conversation.title) == ("sms", person, "")
    again = begin(address="+5531988010101")
    assert (again.status_code, code(again)) == (422, "conversation_open")


def test_the_same_key_begins_it_once(begin, person):
    body = {"profile": str(person.pk), "kind": "email", "subject": "Once", "more": {"idempotency-key": "k"}}
    assert begin(**body).json() == begin(**body).json()
    assert Message.objects.filter(kind="reply").count() == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"subject": ""}, "subject_missing"),
        ({"address": "other@customer.example"}, "no_channel"),
        ({"attachments": ["0193a3f0-5b1e-7c3a-9d42-6f1c0a7b2e10"]}, "attachment_missing"),
        ({"channel": "0193a3f0-5b1e-7c3a-9d42-6f1c0a7b2e10"}, "no_channel"),
        ({"profile": "0193a3f0-5b1e-7c3a-9d42-6f1c0a7b2e10"}, "profile_unknown"),
        ({"address": "no address"}, "address_invalid"),
    ],
)
def test_what_cannot_be_begun_says_why_in_a_code(begin, person, change, expected):
    answer = begin(**{"profile": str(person.pk), "kind": "email", "subject": "Wheel"} | change)
    assert (answer.status_code, code(answer)) == (422, expected)
    assert not Conversation.objects.exists()


def test_somebody_must_be_meant(begin):
    answer = begin(subject="Wheel")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/profile")


def test_the_policy_refuses_as_on_the_page(begin, person):
    now = timezone.now()
    suppress(kind="email", address="ana@customer.example", purpose="", reason="erased", source="staff", now=now)
    answer = begin(profile=str(person.pk), kind="email", subject="Wheel")
    assert (answer.status_code, code(answer)) == (422, "suppressed")
    withdraw(profile_id=person.pk, channel="sms", now=now, source="api", evidence={}, actor=None)
    answer = begin(profile=str(person.pk), kind="sms")
    assert (answer.status_code, code(answer)) == (422, "opted_out")
    assert not Conversation.objects.exists()


def test_an_unknown_address_makes_a_contact_only_with_the_scope_for_it(begin, bearer):
    answer = begin(address="New@customer.example", subject="Hello")
    assert (answer.status_code, code(answer)) == (422, "address_unknown")
    both = bearer("conversations:write", "profiles:write")
    answer = begin(address="New@customer.example", subject="Hello", name="Nina", headers=both)
    assert (answer.status_code, answer.json()["profile_name"]) == (201, "Nina")
    refused = begin(address="third@customer.example", subject="", headers=both)
    assert refused.status_code == 422
    assert not Profile.objects.filter(identities__address="third@customer.example").exists(), "nothing is left behind"


def test_reading_is_not_enough(begin, person, bearer):
    answer = begin(profile=str(person.pk), subject="Wheel", headers=bearer("conversations:read"))
    assert answer.status_code == 403
