"""An agent with a token, a queue that they work on, one conversation in it and one elsewhere."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from guardian.shortcuts import assign_perm

from conversations.models import Conversation, Endpoint, Message, Queue
from engagement.api.actions import make_token
from engagement.api.models import SCOPES
from engagement.channels.models import Channel
from engagement.profiles.actions import resolve
from engagement.village.models import User
from tests.api.openapi import hold_answers_to_the_description

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def conversation_in(queue: Queue, channel: Channel, address: str, *texts: str) -> Conversation:
    identity = resolve(kind="email", address=address, name=address.split("@")[0].title(), now=NOW)
    endpoint = Endpoint.objects.create(
        channel=channel, identity=identity, address=address, address_norm=identity.address_norm
    )
    conversation = Conversation.objects.create(
        endpoint=endpoint,
        channel=channel,
        profile=identity.profile,
        queue=queue,
        title=f"About {texts[0]}",
        last_activity_at=NOW,
        message_seq=len(texts),
    )
    Message.objects.bulk_create(
        Message(conversation=conversation, seq=seq, kind="received", text=text, created_at=NOW, sender_address=address)
        for seq, text in enumerate(texts, start=1)
    )
    return conversation


@pytest.fixture
def channel(db) -> Channel:
    return Channel.objects.create(kind="email", name="Care", address="care@pedralva.example", sender_name="Pedralva")


@pytest.fixture
def agent(db) -> User:
    user = User.objects.create_user("iara@pedralva.example", None, name="Iara Menezes")
    user.groups.add(Group.objects.get(role__slug="agent"))
    return user


@pytest.fixture
def queue(agent) -> Queue:
    queue = Queue.objects.create(slug="care", name="Front desk", is_default=True)
    assign_perm("conversations.work_queue", agent, queue)
    return queue


@pytest.fixture
def visible(queue, channel) -> Conversation:
    return conversation_in(queue, channel, "ana@x.example", "a torn saddle", "Is anybody there?")


@pytest.fixture
def hidden(channel) -> Conversation:
    elsewhere = Queue.objects.create(slug="legal", name="Legal")
    return conversation_in(elsewhere, channel, "secret@x.example", "a secret saddle")


@pytest.fixture
def bearer(agent):
    """Return a function that makes a token with scopes and gives the request headers for it."""

    def make(*scopes: str, days: int = 30) -> dict[str, str]:
        from django.utils import timezone

        now = timezone.now()
        _, text = make_token(
            person=agent, name="tests", scopes=scopes or list(SCOPES), expires_at=now + timedelta(days=days), now=now
        )
        return {"authorization": f"Bearer {text}"}

    return make


@pytest.fixture(autouse=True)
def answers_are_as_described(monkeypatch) -> None:
    """Every answer in these tests is valid by the OpenAPI description."""
    hold_answers_to_the_description(monkeypatch)
