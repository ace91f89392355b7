"""Pages and the API while Redis does not answer: slower perhaps, and never an error."""

import socket

import pytest
import redis
from django.core.cache import caches

from engagement import wakeups
from engagement.realtime import presence, topics
from engagement.redis_pool import BreakerPool
from tests.factories import make_user


@pytest.fixture
def redis_away(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    pool = BreakerPool.from_url(f"redis://127.0.0.1:{port}/0", socket_connect_timeout=1)
    client = redis.Redis(connection_pool=pool)
    for module in (wakeups, presence, topics):
        monkeypatch.setattr(module, "store", lambda: client)
    for name in ("default", "sessions"):
        cache = caches[name]._cache
        monkeypatch.setitem(cache._pools, 0, pool)


@pytest.mark.django_db
def test_signing_in_pages_and_signing_out_go_on(client, redis_away):
    user = make_user(is_superuser=True)
    client.force_login(user)
    assert client.get("/").status_code == 200
    assert client.get("/inbox/").status_code in (200, 302, 403)
    assert client.get("/api/v1/profiles/").status_code in (200, 403, 404)
    client.logout()
    assert client.get("/").status_code == 302


@pytest.mark.django_db
def test_presence_and_sequences_know_nothing_and_say_so_by_being_empty(redis_away):
    user = make_user("Ana")
    presence.arrive(topic="conversation:1", user=user, tab="t", state="viewing")
    assert presence.people_at("conversation:1") == []
    assert presence.people_at_many(["conversation:1"]) == {"conversation:1": []}
    presence.leave(topic="conversation:1", user=user, tab="t")
    assert topics.sequences(["conversation:1"]) == {"conversation:1": 0}
    assert topics.clock() > 1_700_000_000_000


def test_a_nudge_is_sent_to_the_broker_though_its_flag_is_unknown(redis_away, monkeypatch):
    sent = []
    monkeypatch.setattr(wakeups.app, "send_task", lambda task, **_: sent.append(task))
    monkeypatch.setattr(wakeups, "_broker_away_until", float("-inf"))
    wakeups.wake("engagement.channels.tasks.deliver")
    wakeups.wake("engagement.channels.tasks.deliver")
    assert len(sent) == 2


def test_a_broker_that_is_away_is_not_waited_for_again_at_once(redis_away, monkeypatch):
    asked = []

    def refuse(task, **_):
        asked.append(task)
        raise OSError("away")

    monkeypatch.setattr(wakeups.app, "send_task", refuse)
    monkeypatch.setattr(wakeups, "_broker_away_until", float("-inf"))
    for _ in range(3):
        wakeups.wake("engagement.channels.tasks.deliver")
    assert len(asked) == 1
