"""Who is at a place (a topic) right now: kept in Valkey for as long as their tab says so, never in the database.

While Valkey is away nobody is seen, and nothing fails.
"""

import contextlib
import json
import time
from collections.abc import Iterator
from typing import TypedDict

import redis
import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings

from engagement.realtime.topics import group_name
from engagement.sorting import sort_text
from engagement.village.models import User
from engagement.wakeups import store

log = structlog.get_logger(__name__)
STATES = ("viewing", "typing", "away")
FRESH_SECONDS = 45  # a tab repeats itself every 20 s


class Present(TypedDict):
    """One person at a place; ``state`` is the busiest of their tabs."""

    id: str
    name: str
    initials: str
    state: str


def _key(topic: str) -> str:
    return f"{settings.NAMESPACE}:here:{topic}"


def arrive(*, topic: str, user: User, tab: str, state: str) -> None:
    """Note that a tab is at a place, or say it again; tell the others when that changes anything."""
    before = people_at(topic)
    person: dict[str, object] = {"id": str(user.pk), "name": str(user), "initials": user.initials, "state": state}
    with _logged():
        store().hset(_key(topic), tab, json.dumps(person | {"at": time.time()}))
        store().expire(_key(topic), FRESH_SECONDS * 2)
        _tell(topic, before)


def leave(*, topic: str, user: User, tab: str) -> None:
    """Note that a tab has gone."""
    before = people_at(topic)
    with _logged():
        store().hdel(_key(topic), tab)
        _tell(topic, before)


@contextlib.contextmanager
def _logged() -> Iterator[None]:
    try:
        yield
    except (redis.RedisError, OSError) as error:
        log.warning("presence_unknown", error=str(error))


def people_at(topic: str) -> list[Present]:
    """Return who is at a place, by name, each once; tabs that fell silent are forgotten."""
    tabs: dict[bytes, bytes] = {}
    with _logged():
        tabs = store().hgetall(_key(topic))  # type: ignore[assignment]
    people: dict[str, Present] = {}
    for tab, value in tabs.items():
        person = json.loads(value)
        if person.pop("at") < time.time() - FRESH_SECONDS:
            with _logged():
                store().hdel(_key(topic), tab)
        elif person["id"] not in people or person["state"] == "typing":
            people[person["id"]] = person
    return sorted(people.values(), key=lambda present: sort_text(present["name"]))


def people_at_many(names: list[str]) -> dict[str, list[Present]]:
    """Return who is at each of many places, in one round trip."""
    pipeline = store().pipeline(transaction=False)
    for topic in names:
        pipeline.hvals(_key(topic))
    found: dict[str, list[Present]] = {}
    answers: list[list[bytes]] = [[] for _ in names]
    with _logged():
        answers = pipeline.execute()
    for topic, values in zip(names, answers, strict=True):
        people = [json.loads(value) for value in values]
        fresh = {p["id"]: p for p in people if p.pop("at") >= time.time() - FRESH_SECONDS}
        found[topic] = sorted(fresh.values(), key=lambda present: sort_text(present["name"]))
    return found


def _tell(topic: str, before: list[Present]) -> None:
    now = people_at(topic)
    if now != before:
        layer = get_channel_layer()
        event = {"type": "presence.changed", "topic": topic, "people": now}
        async_to_sync(layer.group_send)(group_name(topic), event)
