"""The socket of one browser tab: which topics it follows, who else is at the same place.

Messages in: ``{"subscribe": {topic: last_seq|null}}``, ``{"unsubscribe": [topic]}``,
``{"presence": {"topic": topic, "state": "viewing"|"typing"|"away"}}``, ``{"ping": n}``.
Messages out: ``{"changed": {topic: seq}}``, ``{"subscribed": {topic: seq}, "now": ms}``, ``{"denied": [topic]}``,
``{"presence": {"topic": topic, "people": [{"id", "name", "initials", "state"}]}}``, ``{"pong": n}``.
"""

from typing import Any

from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from engagement.realtime import presence, topics
from engagement.village.models import User

MAX_TOPICS = 200
SIGN_IN_FIRST = 4401
ASK_AGAIN = 4000


class LiveConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """One connection. Permissions are asked at each subscription; fragments are fetched over HTTP, not sent here."""

    groups: list[str] = []

    async def connect(self) -> None:
        """Accept who is signed in; close with 4401 otherwise."""
        await self.accept()
        self.following: set[str] = set()
        self.present_at: dict[str, str] = {}
        user = self.scope.get("user")
        if user is None or not user.is_authenticated:
            await self.close(code=SIGN_IN_FIRST)
            return
        self.user: User = user
        await self.channel_layer.group_add(topics.person_group(user.pk), self.channel_name)

    async def disconnect(self, code: int) -> None:
        """Leave every topic and every place."""
        if hasattr(self, "user"):
            await self.channel_layer.group_discard(topics.person_group(self.user.pk), self.channel_name)
        for topic in list(self.following):
            await self.channel_layer.group_discard(topics.group_name(topic), self.channel_name)
        for topic in list(self.present_at):
            await sync_to_async(presence.leave)(topic=topic, user=self.user, tab=self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Do what the browser asks; what is not understood is ignored."""
        if not isinstance(content, dict):
            return
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
        return [topic for topic in names if topics.may_listen(self.user, topic)]

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
        """Close: a browser whose session is still good connects again, any other is told to sign in."""
        await self.close(code=ASK_AGAIN)

    async def presence_changed(self, event: dict[str, Any]) -> None:
        """Pass on who is at a place now."""
        await self.send_json({"presence": {"topic": event["topic"], "people": event["people"]}})
