"""The cache keeps its client, and keeps what it is given."""

import socket

import pytest
import redis
from django.core.cache import cache, caches

from engagement.config.cache import SESSION_SECONDS, Cache
from engagement.redis_pool import BreakerPool
from engagement.wakeups import store


def test_one_client_asks_for_every_key():
    client = cache._cache.get_client("a")
    assert cache._cache.get_client("b", write=True) is client


def test_what_was_put_in_comes_out_until_it_is_deleted():
    cache.set("kept", {"n": 1}, timeout=60)
    assert cache.get("kept") == {"n": 1}
    assert not cache.add("kept", 2)
    cache.delete("kept")
    assert cache.get("kept") is None


@pytest.fixture
def away():
    """A cache whose server is not there."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    options = {"pool_class": "engagement.redis_pool.BreakerPool", "socket_connect_timeout": 1}
    return Cache(f"redis://127.0.0.1:{port}/0", {"OPTIONS": options})


def test_while_the_server_is_away_nothing_is_cached_and_nothing_fails(away):
    away.set("a", 1)
    away.set_many({"b": 2})
    assert away.get("a", "nothing") == "nothing"
    assert away.get_many(["a", "b"]) == {}
    assert "a" not in away
    assert away.add("limit", 1, timeout=60)
    assert away.incr("limit") == 1
    assert not away.touch("a")
    assert not away.delete("a")


def test_nobody_waits_twice_for_a_server_that_is_away(monkeypatch):
    tried = []

    def refuse(self, *_: object, **__: object):
        tried.append(1)
        raise redis.ConnectionError("away")

    monkeypatch.setattr(redis.Connection, "connect", refuse)
    client = redis.Redis(connection_pool=BreakerPool.from_url("redis://127.0.0.1:1/0"))
    for _ in range(50):
        with pytest.raises(redis.ConnectionError):
            client.ping()
    assert len(tried) <= 2


def test_what_could_not_be_deleted_does_not_come_back(away):
    cache.set("session", "of who signed out", timeout=60)
    client = cache._cache
    key = cache.make_key("session")
    try:
        pool, client._pools[0] = client._pools[0], away._cache._get_connection_pool(True)
        cache.delete("session")
        assert cache.get("session") is None
    finally:
        client._pools[0] = pool
    assert store().exists(key)  # the server still has it
    assert cache.get("session") is None
    assert not store().exists(key)


def test_a_session_is_cached_for_a_few_minutes_only():
    caches["sessions"].set("one", {"a": 1}, timeout=12 * 3600)
    left = store().ttl(caches["sessions"].make_key("one"))
    assert 0 < left <= SESSION_SECONDS
