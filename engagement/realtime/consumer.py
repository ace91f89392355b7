"""The socket of one browser tab: which topics it follows, who else is at the same place.

Messages in: ``{"subscribe": {topic: last_seq|null}}``, ``{"unsubscribe": [topic]}``,
``{"presence": {"topic": topic, "state": "viewing"|"typing"|"away"}}``, ``{"ping": n}``.
Messages out: ``{"changed": {topic: seq}}``, ``{"subscribed": {topic: seq}, "now": ms}``, ``{"denied": [topic]}``,
``{"presence": {"topic": topic, "people": [{"id", "name", "initials", "state"}]}}``, ``{"pong": n}``.
"""

import asyncio
import json
import re
from typing import Any

import redis
import structlog
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db import DatabaseError

from engagement.realtime import access, presence, topics
from engagement.realtime.access_changes import session_mark
from engagement.village.models import User
from engagement.village.selectors.second_factor import lacks_second_factor

MAX_TOPICS = 200
SIGN_IN_FIRST = 4401
SECOND_FACTOR_FIRST = 4403
ASK_AGAIN = 4000
MALFORMED = 4400
TOO_MANY_SOCKETS = 4429
NO_BINARY, TOO_LARGE = 1003, 1009  # RFC 6455, section 7.4.1
MAX_FRAME = 64 * 1024  # characters
_TOPIC = re.compile(r"[a-z-]{1,40}:[A-Za-z0-9._-]{1,50}")  # what may name a group of the channel layer
log = structlog.get_logger(__name__)


class LiveConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """One connection. Permissions are asked at each subscription; fragments are fetched over HTTP, not sent here."""

    groups: list[str] = []

    async def connect(self) -> None:
        """Accept who is signed in and has the second factor that is demanded; close with 4401 or 4403 otherwise."""
        await self.accept()
        self.following: set[str] = set()
        self.present_at: dict[str, str] = {}
        self.watch: asyncio.Task[None] | None = None
        user = self.scope.get("user")
        if user is None or not user.is_authenticated:
            await self.close(code=SIGN_IN_FIRST)
            return
        await self.channel_layer.group_add(topics.person_group(user.pk), self.channel_name)  # before it looks
        refused = await self._reason_to_refuse(user)
        if refused is not None:
            await self.channel_layer.group_discard(topics.person_group(user.pk), self.channel_name)
            await self.close(code=refused)
            return
        self.user: User = user
        self.watch = asyncio.create_task(self._watch())

    async def _reason_to_refuse(self, user: User) -> int | None:
        if await database_sync_to_async(lacks_second_factor)(user):
            return SECOND_FACTOR_FIRST
        if not await sync_to_async(access.take_place)(user.pk, self.channel_name):
            return TOO_MANY_SOCKETS
        return None

    async def disconnect(self, code: int) -> None:
        """Leave every topic and every place."""
        if hasattr(self, "user"):
            await self.channel_layer.group_discard(topics.person_group(self.user.pk), self.channel_name)
            await sync_to_async(access.leave_place)(self.user.pk, self.channel_name)
        if getattr(self, "watch", None) is not None:
            self.watch.cancel()  # type: ignore[union-attr]
        for topic in list(self.following):
            await self.channel_layer.group_discard(topics.group_name(topic), self.channel_name)
        for topic in list(self.present_at):
            await sync_to_async(presence.leave)(topic=topic, user=self.user, tab=self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """Read one frame. What is no message of ours closes the socket with a code, and leaves no trace in the log."""
        if not hasattr(self, "user"):
            return
        if text_data is None:
            await self.close(code=NO_BINARY)
        elif len(text_data) > MAX_FRAME:
            await self.close(code=TOO_LARGE)
        else:
            try:
                content = json.loads(text_data)
            except (ValueError, RecursionError):
                content = None
            if is_message(content):
                await self.receive_json(content)
            else:
                await self.close(code=MALFORMED)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Do what the browser asks."""
        if isinstance(content.get("subscribe"), dict):
            await self.subscribe(content["subscribe"])
        if isinstance(content.get("unsubscribe"), list):
            await self.unsubscribe([topic for topic in content["unsubscribe"] if isinstance(topic, str)])
        if isinstance(content.get("presence"), dict):
            await self.be_present(content["presence"])
        if "ping" in content:
            await self.send_json({"pong": content["ping"]})

    async def subscribe(self, wanted: dict[str, Any]) -> None:
        """Follow topics; a topic that changed since the browser's last sequence number is reported at once."""
        names = list(wanted)[:MAX_TOPICS]  # keys of a JSON object are strings
        allowed = await sync_to_async(self._allowed)(names)
        for topic in allowed:
            if len(self.following) < MAX_TOPICS:
                self.following.add(topic)
                await self.channel_layer.group_add(topics.group_name(topic), self.channel_name)
        now_at = await sync_to_async(topics.sequences)(allowed)
        missed = {t: seq for t, seq in now_at.items() if isinstance(wanted[t], int) and wanted[t] != seq}
        denied = sorted(set(names) - set(allowed))
        now = await sync_to_async(topics.clock)()
        await self.send_json({"subscribed": now_at, "now": now, "changed": missed, "denied": denied})

    def _allowed(self, names: list[str]) -> list[str]:
        return [topic for topic in names if _TOPIC.fullmatch(topic) and topics.may_listen(self.user, topic)]

    async def _watch(self) -> None:
        """Look regularly whether the socket may stay; a session that ends by itself tells nobody."""
        while True:
            await asyncio.sleep(access.CHECK_SECONDS)
            try:
                await sync_to_async(access.take_place)(self.user.pk, self.channel_name)
                await self.look_again()
            except (DatabaseError, redis.RedisError, OSError) as error:  # away: looks again later
                log.warning("socket_check_failed", error=str(error))

    async def look_again(self) -> None:
        """Close when the session does not count any more; else drop the topics that may not be followed any more."""
        if not hasattr(self, "user"):
            return  # refused: closing already
        user = await database_sync_to_async(access.read_person)(self.user.pk, self.scope.get("session"))
        if user is None:
            await self.close(code=ASK_AGAIN)
            return
        if await database_sync_to_async(lacks_second_factor)(user):
            await self.close(code=SECOND_FACTOR_FIRST)
            return
        self.user = user
        following = sorted(self.following)
        lost = sorted(set(following) - set(await database_sync_to_async(self._allowed)(following)))
        if lost:
            await self.unsubscribe(lost)
            await self.send_json({"denied": lost})

    async def unsubscribe(self, names: list[str]) -> None:
        """Stop following topics, and stop being present there."""
        for topic in set(names) & self.following:
            self.following.discard(topic)
            await self.channel_layer.group_discard(topics.group_name(topic), self.channel_name)
            if self.present_at.pop(topic, None):
                await sync_to_async(presence.leave)(topic=topic, user=self.user, tab=self.channel_name)

    async def be_present(self, content: dict[str, Any]) -> None:
        """Say where this tab is and whether its person is writing. Only at a topic that it follows."""
        topic, state = content.get("topic"), content.get("state")
        if topic not in self.following or state not in presence.STATES:
            return
        if state == "away":
            self.present_at.pop(topic, None)
            await sync_to_async(presence.leave)(topic=topic, user=self.user, tab=self.channel_name)
            return
        self.present_at[topic] = state
        await sync_to_async(presence.arrive)(topic=topic, user=self.user, tab=self.channel_name, state=state)

    async def topic_changed(self, event: dict[str, Any]) -> None:
        """Pass a poke on."""
        await self.send_json({"changed": {event["topic"]: event["seq"]}})

    async def sessions_ended(self, event: dict[str, Any]) -> None:
        """Some sessions of the person ended: look whether this one did."""
        await self.look_again()

    async def access_changed(self, event: dict[str, Any]) -> None:
        """Look again, or close at once when it is this session that ends."""
        session = self.scope.get("session")
        if event.get("ended"):
            if session is not None and session_mark(session.session_key) == event["ended"]:
                await self.close(code=ASK_AGAIN)
            return
        await self.look_again()

    async def presence_changed(self, event: dict[str, Any]) -> None:
        """Pass on who is at a place now."""
        await self.send_json({"presence": {"topic": event["topic"], "people": event["people"]}})


def is_message(content: Any) -> bool:
    """Say whether a frame has the shape of a message: an object whose parts have the types of the protocol."""
    if not isinstance(content, dict):
        return False
    followed, left, place = content.get("subscribe", {}), content.get("unsubscribe", []), content.get("presence", {})
    return (
        isinstance(followed, dict)
        and all(_is_number(seq) for seq in followed.values())
        and isinstance(left, list)
        and all(isinstance(one, str) for one in left)
        and isinstance(place, dict)
        and all(isinstance(one, str) for one in place.values())
        and isinstance(content.get("ping"), int | float | str | None)
    )


def _is_number(value: Any) -> bool:
    return value is None or isinstance(value, int | float)
