"""Sockets that end: malformed frames, too many of one person, sign-out, password, roles, queues, expiry."""

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import Group
from django.test import Client
from guardian.shortcuts import assign_perm, remove_perm

from conversations.models import Queue
from engagement.realtime import access
from engagement.realtime.access_changes import publish_access_change
from engagement.realtime.consumer import (
    ASK_AGAIN,
    MALFORMED,
    MAX_FRAME,
    NO_BINARY,
    TOO_LARGE,
    TOO_MANY_SOCKETS,
    LiveConsumer,
)
from engagement.village.models import User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


def signed_in(email: str = "iara@pedralva.example") -> tuple[User, Client]:
    user = User.objects.create_user(email, "a long pass phrase", name="Iara Menezes")
    user.groups.add(Group.objects.get(role__slug="agent"))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return User.objects.get(pk=user.pk), client


async def opened(user: User, client: Client | None = None) -> ApplicationCommunicator:
    scope = {"type": "websocket", "path": "/live/", "headers": [], "user": user}
    if client is not None:
        scope["session"] = await sync_to_async(lambda: client.session)()
    socket = ApplicationCommunicator(LiveConsumer.as_asgi(), scope)
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output(timeout=3))["type"] == "websocket.accept"
    return socket


async def close_code(socket: ApplicationCommunicator) -> int:
    told = await socket.receive_output(timeout=5)
    assert told["type"] == "websocket.close", told
    return told["code"]


async def leave(*sockets: ApplicationCommunicator) -> None:
    for socket in sockets:
        await socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await socket.wait(timeout=3)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"text": "{"}, MALFORMED),
        ({"text": ""}, MALFORMED),
        ({"text": "[" * 50_000}, MALFORMED),
        ({"text": "[]"}, MALFORMED),
        ({"text": "3"}, MALFORMED),
        ({"text": json.dumps({"presence": {"topic": [1]}})}, MALFORMED),
        ({"text": json.dumps({"presence": "x"})}, MALFORMED),
        ({"text": json.dumps({"subscribe": ["a"]})}, MALFORMED),
        ({"text": json.dumps({"subscribe": {"queue:x": {}}})}, MALFORMED),
        ({"text": json.dumps({"unsubscribe": [1]})}, MALFORMED),
        ({"text": json.dumps({"ping": []})}, MALFORMED),
        ({"text": " " * (MAX_FRAME + 1)}, TOO_LARGE),
        ({"bytes": b"\x00\x01"}, NO_BINARY),
    ],
)
async def test_a_malformed_frame_closes_quietly(frame, code, caplog):
    user, _client = await sync_to_async(signed_in)()
    socket = await opened(user)
    await socket.send_input({"type": "websocket.receive", **frame})
    assert await close_code(socket) == code
    assert "Traceback" not in caplog.text
    await leave(socket)


@pytest.mark.parametrize("topic", ["queue:", "queue:é", "nothing", "queue:" + "x" * 300, "user:not-an-id", "queue:a b"])
async def test_a_topic_that_is_none_is_denied(topic):
    user, _client = await sync_to_async(signed_in)()
    socket = await opened(user)
    await socket.send_input({"type": "websocket.receive", "text": json.dumps({"subscribe": {topic: None}})})
    assert json.loads((await socket.receive_output(timeout=3))["text"])["denied"] == [topic]
    await leave(socket)


async def test_one_person_has_a_bounded_number_of_sockets(monkeypatch):
    monkeypatch.setattr(access, "MAX_SOCKETS", 2)
    user, _client = await sync_to_async(signed_in)()
    first, second = await opened(user), await opened(user)
    third = await opened(user)
    assert await close_code(third) == TOO_MANY_SOCKETS
    await leave(first)
    again = await opened(user)
    assert await again.receive_nothing(timeout=0.2)
    await leave(second, again)


async def test_a_socket_whose_session_is_gone_ends_when_it_looks_again_and_others_stay():
    user, client = await sync_to_async(signed_in)()
    other = Client()
    await sync_to_async(other.force_login)(user, backend="django.contrib.auth.backends.ModelBackend")
    ending, staying = await opened(user, client), await opened(user, other)
    await sync_to_async(client.logout)()
    await sync_to_async(publish_access_change)([user.pk])
    await sync_to_async(client.get)("/")
    assert await close_code(ending) == ASK_AGAIN
    assert await staying.receive_nothing(timeout=0.3)
    await leave(staying)


async def test_a_new_password_ends_them():
    user, client = await sync_to_async(signed_in)()
    socket = await opened(user, client)

    def change() -> None:
        user.set_password("another long pass phrase")
        user.save()

    await sync_to_async(change)()
    assert await close_code(socket) == ASK_AGAIN


async def test_who_may_not_sign_in_any_more_is_cut_off():
    user, client = await sync_to_async(signed_in)()
    socket = await opened(user, client)

    def end() -> None:
        user.is_active = False
        user.save(update_fields=["is_active"])

    await sync_to_async(end)()
    assert await close_code(socket) == ASK_AGAIN


@pytest.mark.parametrize("what", ["queue", "role"])
async def test_a_queue_or_role_that_is_taken_away_ends_its_topics_at_once(what):
    user, client = await sync_to_async(signed_in)()
    queue = await Queue.objects.acreate(slug="care", name="Care", is_default=True)
    agents = await Group.objects.aget(role__slug="agent")
    await sync_to_async(assign_perm)("conversations.work_queue", user if what == "queue" else agents, queue)
    topic = f"queue:{queue.pk}"
    socket = await opened(await User.objects.aget(pk=user.pk), client)
    await socket.send_input({"type": "websocket.receive", "text": json.dumps({"subscribe": {topic: None}})})
    assert topic in json.loads((await socket.receive_output(timeout=3))["text"])["subscribed"]
    if what == "queue":
        await sync_to_async(remove_perm)("conversations.work_queue", user, queue)
    else:
        await sync_to_async(user.groups.remove)(agents)
    told = json.loads((await socket.receive_output(timeout=3))["text"])
    assert told == {"denied": [topic]}
    await leave(socket)


async def test_a_session_that_expires_ends_them(monkeypatch):
    monkeypatch.setattr(access, "CHECK_SECONDS", 0.2)
    user, client = await sync_to_async(signed_in)()
    socket = await opened(user, client)
    assert await socket.receive_nothing(timeout=0.5)

    def expire() -> None:
        session = client.session
        session.set_expiry(-1)
        session.save()

    await sync_to_async(expire)()
    await asyncio.sleep(0)
    assert await close_code(socket) == ASK_AGAIN
