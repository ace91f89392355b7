"""Topics: names of things that change. A poke says *that* one changed; who looks asks for it again.

Each topic has a sequence number that only grows, so a browser that was away asks "anything after n?".
"""

from collections.abc import Callable

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


def poke(*topics: str) -> None:
    """Tell everyone who listens to ``topics`` that they changed, after the open transaction has committed."""
    transaction.on_commit(lambda: poke_now(*topics))


def poke_now(*topics: str) -> None:
    """Send the poke at once. Valkey away: logged; browsers that poll catch up."""
    layer = get_channel_layer()
    try:
        for topic in dict.fromkeys(topics):
            seq = store().incr(sequence_key(topic))
            async_to_sync(layer.group_send)(group_name(topic), {"type": "topic.changed", "topic": topic, "seq": seq})
    except (redis.RedisError, OSError) as error:
        log.warning("poke_failed", topics=topics, error=str(error))


def sequences(names: list[str]) -> dict[str, int]:
    """Return the present sequence number of each topic; 0 for one that never changed."""
    if not names:
        return {}
    values = store().mget([sequence_key(topic) for topic in names])
    return {topic: int(value or 0) for topic, value in zip(names, values, strict=True)}
