"""The socket: who may listen, what is missed is told, who is there."""

import json
from datetime import UTC, datetime

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.contrib.sessions.backends.cached_db import SessionStore

from engagement.events.catalogue import SessionsEnded
from engagement.realtime import presence, topics
from engagement.realtime.consumer import ASK_AGAIN, SIGN_IN_FIRST, LiveConsumer
from engagement.realtime.subscribers import close_sockets
from engagement.village.models import User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@pytest.fixture(autouse=True)
def only_own_topics(monkeypatch):
    """Let everyone listen to ``open:…`` and nobody to anything else."""
    monkeypatch.setattr(topics, "AUTHORISERS", {"open": lambda user, rest: True, "shut": lambda user, rest: False})


async def person(name: str = "Iara Menezes") -> User:
    email = f"{name.split()[0].lower()}@pedralva.example"
    return await sync_to_async(User.objects.create_user)(email, None, name=name)


class Socket:
    """A browser's end of the socket, over the ASGI messages themselves."""

    def __init__(self, user: User | None, session: SessionStore | None = None) -> None:
        scope = {"type": "websocket", "path": "/live/", "headers": [], "user": user, "session": session}
        self.application = ApplicationCommunicator(LiveConsumer.as_asgi(), scope)

    async def send(self, content: object) -> None:
        await self.application.send_input({"type": "websocket.receive", "text": json.dumps(content)})

    async def receive(self) -> dict:
        return json.loads((await self.application.receive_output(timeout=3))["text"])

    async def is_silent(self) -> bool:
        return await self.application.receive_nothing(timeout=0.2)

    async def leave(self) -> None:
        await self.application.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.application.wait(timeout=3)


async def connect(user: User | None, session: SessionStore | None = None) -> Socket:
    socket = Socket(user, session)
    await socket.application.send_input({"type": "websocket.connect"})
    assert (await socket.application.receive_output(timeout=3))["type"] == "websocket.accept"
    return socket


async def test_who_is_not_signed_in_is_sent_away():
    socket = await connect(None)
    assert (await socket.application.receive_output())["code"] == SIGN_IN_FIRST


async def test_a_change_reaches_who_follows_the_topic_with_a_growing_number():
    socket = await connect(await person())
    await socket.send({"subscribe": {"open:a": None}})
    first = (await socket.receive())["subscribed"]["open:a"]
    await sync_to_async(topics.poke_now)("open:a", "open:b")
    assert (await socket.receive())["changed"]["open:a"] > first
    await socket.leave()


async def test_what_was_missed_is_told_on_return():
    socket = await connect(await person())
    await socket.send({"subscribe": {"open:c": None}})
    seen = (await socket.receive())["subscribed"]["open:c"]
    await socket.leave()
    await sync_to_async(topics.poke_now)("open:c")
    assert (now_at := await sync_to_async(topics.sequences)(["open:c"]))["open:c"] > seen
    again = await connect(await User.objects.aget())
    await again.send({"subscribe": {"open:c": seen}})
    assert (await again.receive())["changed"] == now_at
    await again.leave()


async def test_changes_are_numbered_by_the_clock_that_a_subscriber_is_told():
    before = await sync_to_async(topics.clock)()
    await sync_to_async(topics.poke_now)("open:d")
    first = (await sync_to_async(topics.sequences)(["open:d"]))["open:d"]
    for _change in range(20):
        await sync_to_async(topics.poke_now)("open:d")
    socket = await connect(await person())
    await socket.send({"subscribe": {"open:d": None}})
    answer = await socket.receive()
    assert before <= first < answer["subscribed"]["open:d"]  # also those within one millisecond differ
    assert answer["subscribed"]["open:d"] <= answer["now"] + 20
    await socket.leave()


async def test_a_topic_that_one_may_not_see_is_denied_and_stays_silent():
    socket = await connect(await person())
    await socket.send({"subscribe": {"shut:a": None, "unknown:b": None, "nonsense": None}})
    assert (await socket.receive())["denied"] == ["nonsense", "shut:a", "unknown:b"]
    await sync_to_async(topics.poke_now)("shut:a")
    assert await socket.is_silent()
    await socket.leave()


async def test_colleagues_see_who_is_there_and_who_writes():
    iara = await connect(await person("Iara Menezes"))
    caio = await connect(await person("Caio Brandt"))
    for socket in (iara, caio):
        await socket.send({"subscribe": {"open:thread": None}})
        await socket.receive()
    await caio.send({"presence": {"topic": "open:thread", "state": "typing"}})
    seen = (await iara.receive())["presence"]
    assert [(p["name"], p["initials"], p["state"]) for p in seen["people"]] == [("Caio Brandt", "CB", "typing")]
    await caio.leave()
    assert (await iara.receive())["presence"]["people"] == []
    assert await sync_to_async(presence.people_at)("open:thread") == []
    await iara.leave()


async def test_a_socket_whose_session_is_among_those_that_ended_is_closed():
    iara = await person("Iara Menezes")
    mine, other = await connect(iara, session=SessionStore("ended")), await connect(await person("Caio Brandt"))
    event = SessionsEnded(person_id=iara.pk, at=datetime(2026, 11, 20, tzinfo=UTC))
    await sync_to_async(close_sockets)(event)
    closed = await mine.application.receive_output(timeout=3)
    assert (closed["type"], closed["code"]) == ("websocket.close", ASK_AGAIN)
    assert await other.is_silent()
    await other.leave()


async def test_a_message_without_a_known_part_is_ignored():
    socket = await connect(await person())
    for nothing in ({}, {"unknown": 1}, {"presence": {"topic": "open:x", "state": "flying"}}, {"unsubscribe": ["x"]}):
        await socket.send(nothing)
    await socket.send({"ping": 7})
    assert await socket.receive() == {"pong": 7}
    await socket.leave()
