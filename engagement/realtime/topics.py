"""Topics: names of things that change. A poke says *that* one changed; who looks asks for it again.

Each topic has a sequence number that only grows, so a browser that was away asks "anything after n?". It is the time
of the last change, in milliseconds by the store's clock (one more than the last where two fall together), so a browser
that has no number yet can ask "anything since this page was asked for?".
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import timedelta

import redis
import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction

from engagement.village.models import User
from engagement.wakeups import store

log = structlog.get_logger(__name__)
Authorise = Callable[[User, str], bool]
AUTHORISERS: dict[str, Authorise] = {}
KEPT = timedelta(days=30)  # a browser that was away for longer fetches everything
_NEXT = """
local time = redis.call('TIME')
local next = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(redis.call('GET', KEYS[1]) or 0) + 1)
redis.call('SET', KEYS[1], string.format('%.0f', next), 'EX', ARGV[1])
return next
"""
_gathered: ContextVar[dict[str, None] | None] = ContextVar("gathered_pokes", default=None)


def register(prefix: str, authorise: Authorise) -> None:
    """Let ``authorise(user, rest)`` decide who may listen to topics ``prefix:rest``."""
    AUTHORISERS[prefix] = authorise


def may_listen(user: User, topic: str) -> bool:
    """Say whether the person may listen to a topic; an unknown prefix is refused."""
    prefix, _, rest = topic.partition(":")
    authorise = AUTHORISERS.get(prefix)
    return authorise is not None and authorise(user, rest)


def sequence_key(topic: str) -> str:
    """Return the key of a topic's sequence number."""
    return f"{settings.NAMESPACE}:seq:{topic}"


def group_name(topic: str) -> str:
    """Return the channel layer's group of a topic (letters, digits, hyphen, underscore, full stop)."""
    return topic.replace(":", ".")


def person_group(person_id: object) -> str:
    """Return the channel layer's group of all sockets of one person."""
    return f"person.{person_id}"


def poke(*topics: str) -> None:
    """Tell everyone who listens to ``topics`` that they changed, after the open transaction has committed."""
    transaction.on_commit(lambda: poke_now(*topics))


def poke_now(*topics: str) -> None:
    """Send the poke at once, or with the others of ``gathered_pokes``."""
    gathered = _gathered.get()
    if gathered is not None:
        gathered.update(dict.fromkeys(topics))
    elif topics:
        _send(list(dict.fromkeys(topics)))


@contextlib.contextmanager
def gathered_pokes() -> Iterator[None]:
    """Send what is poked inside at the end, each topic once. Put it around the transactions of a batch."""
    gathered: dict[str, None] = {}
    token = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(token)
        poke_now(*gathered)


def _send(topics: list[str]) -> None:
    """Valkey away: logged; browsers that poll catch up."""
    try:
        pipeline = store().pipeline(transaction=False)
        for topic in topics:
            pipeline.eval(_NEXT, 1, sequence_key(topic), int(KEPT.total_seconds()))
        async_to_sync(_tell_groups)(dict(zip(topics, pipeline.execute(), strict=True)))
    except (redis.RedisError, OSError) as error:
        log.warning("poke_failed", topics=topics, error=str(error))


async def _tell_groups(changed: dict[str, int]) -> None:
    layer = get_channel_layer()
    for topic, seq in changed.items():
        await layer.group_send(group_name(topic), {"type": "topic.changed", "topic": topic, "seq": seq})


def sequences(names: list[str]) -> dict[str, int]:
    """Return the present sequence number of each topic; 0 for one that never changed, and while Valkey is away."""
    if not names:
        return {}
    try:
        values = store().mget([sequence_key(topic) for topic in names])
    except redis.RedisError as error:
        log.warning("sequences_unknown", error=str(error))
        values = [None] * len(names)
    return {topic: int(value or 0) for topic, value in zip(names, values, strict=True)}


def clock() -> int:
    """Return the time by which changes are numbered, in milliseconds; Valkey away: by this host's clock."""
    try:
        seconds, microseconds = store().time()
    except redis.RedisError as error:
        log.warning("clock_unknown", error=str(error))
        return int(time.time() * 1000)
    return int(seconds) * 1000 + int(microseconds) // 1000
