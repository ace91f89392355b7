"""A letter that answers a campaign opens a conversation that knows which message it answers."""

import json

import pytest
from django.utils import timezone

from conversations.models import Conversation
from engagement.channels.actions.receive import receive
from engagement.channels.inbound import processing
from engagement.channels.inbound.delivery_key import delivery_key
from engagement.channels.models import Channel, Transmission
from engagement.events.models import OutboxEvent
from engagement.events.relay import run_pending
from engagement.keys import new_key
from tests.factories import make_channel

pytestmark = pytest.mark.django_db


@pytest.fixture
def care() -> Channel:
    return make_channel("care@pedralva.example")


def campaign(channel: Channel, *, source: str = "campaigns.recipient") -> Transmission:
    key, now = new_key(), timezone.now()
    return Transmission.objects.create(
        key=key,
        unique_key=str(key),
        channel=channel,
        profile_id=None,
        purpose="marketing",
        source=source,
        source_id=new_key(),
        state="accepted",
        recipients=[{"address": "ana@cliente.example", "name": "", "role": "to"}],
        external_id=f"{key.hex}@pedralva.example",
        not_before=now,
        created_at=now,
        state_at=now,
    )


def answer(channel: Channel, *to: str, sender: str = "ana@cliente.example", references: tuple[str, ...] = ()) -> None:
    head = [f"From: {sender}", f"To: {channel.address}", "Subject: Re: Spring", f"Message-ID: <{new_key().hex}@x>"]
    if to:
        head.append(f"In-Reply-To: {' '.join(f'<{one}>' for one in to)}")
    if references:
        head.append(f"References: {' '.join(f'<{one}>' for one in references)}")
    body = "\r\n".join([*head, "", "I want two of them.", ""]).encode()
    envelope = {"mail_from": sender, "rcpt_to": [channel.address]}
    receive(channel=channel, body=body, provider_key=delivery_key(body), envelope=envelope, now=timezone.now())
    processing.process_waiting(seconds=5)
    run_pending(limit=100)


def test_it_names_the_campaigns_message_and_says_so_in_the_event(care):
    sent = campaign(care)
    answer(care, sent.external_id)
    assert Conversation.objects.get().answers == sent.key
    opened = OutboxEvent.objects.get(name="conversations.opened")
    assert json.loads(bytes(opened.payload))["answers_id"] == str(sent.key)


def test_references_count_the_nearest_first_and_from_any_address(care):
    first, second = campaign(care), campaign(care)
    answer(care, sender="ana@work.example", references=(first.external_id, second.external_id))
    assert Conversation.objects.get().answers == second.key


def test_a_campaign_from_another_mailbox_is_answered_here_too(care):
    sent = campaign(make_channel("sales@pedralva.example"))
    answer(care, sent.external_id)
    assert Conversation.objects.get().answers == sent.key


def test_two_answers_to_one_campaign_are_two_conversations_of_two_people(care):
    sent = campaign(care)
    answer(care, sent.external_id)
    answer(care, sent.external_id, sender="rui@cliente.example")
    assert [one.answers for one in Conversation.objects.all()] == [sent.key, sent.key]


@pytest.mark.parametrize("named", [(), ("nothing-of-ours@elsewhere.example",)])
def test_what_names_no_message_of_ours_answers_none(care, named):
    campaign(care)
    answer(care, *named)
    assert Conversation.objects.get().answers is None
