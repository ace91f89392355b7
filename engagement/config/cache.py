"""Django's cache in Redis or Valkey, with one client for all its requests. While the server is away, nothing is cached.

What is asked then answers as an empty cache does, and ``add`` as the first one: limits that count in the cache let
requests pass, which is better than refusing everybody. What could not be deleted is deleted before the cache is used
again, so that it does not come back with the server.
"""

from collections.abc import Callable
from threading import Lock
from typing import Any

import redis
import structlog
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

log = structlog.get_logger(__name__)
_AWAY = (redis.ConnectionError, redis.TimeoutError, redis.ReadOnlyError)
MAX_OWED = 10_000  # keys that wait to be deleted
SESSION_SECONDS = 300


class KeptClient(RedisCacheClient):
    """Keeps the client of each server: making a new one for each key, as Django does, takes longer than asking."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._clients: dict[Any, Any] = {}  # by pool
        self._owed: dict[str, None] = {}  # keys to be deleted as soon as the server answers
        self._lock = Lock()

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """Return the client of one of the servers; its connections come from a pool, so threads may share it."""
        pool = self._get_connection_pool(write)  # type: ignore[attr-defined]
        if pool not in self._clients:
            self._clients[pool] = self._client(connection_pool=pool)  # type: ignore[attr-defined]
        return self._clients[pool]

    def add(self, key: Any, value: Any, timeout: Any) -> Any:
        """Say yes while the server is away."""
        return self._try(lambda: super(KeptClient, self).add(key, value, timeout), True)

    def get(self, key: Any, default: Any) -> Any:
        """Know nothing while the server is away."""
        return self._try(lambda: super(KeptClient, self).get(key, default), default)

    def get_many(self, keys: Any) -> Any:
        """Know nothing while the server is away."""
        nothing: dict[Any, Any] = {}
        return self._try(lambda: super(KeptClient, self).get_many(keys), nothing)

    def has_key(self, key: Any) -> Any:
        """Know nothing while the server is away."""
        return self._try(lambda: super(KeptClient, self).has_key(key), False)

    def set(self, key: Any, value: Any, timeout: Any) -> Any:
        """Forget the older value, as soon as the server answers again, when the new one could not be kept."""
        self._try(lambda: super(KeptClient, self).set(key, value, timeout), None, owed=[key])

    def set_many(self, data: Any, timeout: Any) -> Any:
        """As ``set``."""
        self._try(lambda: super(KeptClient, self).set_many(data, timeout), None, owed=[*data])

    def touch(self, key: Any, timeout: Any) -> Any:
        """Prolong nothing while the server is away."""
        return self._try(lambda: super(KeptClient, self).touch(key, timeout), False)

    def delete(self, key: Any) -> Any:
        """Delete it, now or as soon as the server answers."""
        return self._try(lambda: super(KeptClient, self).delete(key), False, owed=[key])

    def delete_many(self, keys: Any) -> Any:
        """As ``delete``."""
        keys = [*keys]
        self._try(lambda: super(KeptClient, self).delete_many(keys), None, owed=keys)

    def incr(self, key: Any, delta: Any) -> Any:
        """Count from the beginning while the server is away."""
        return self._try(lambda: super(KeptClient, self).incr(key, delta), delta)

    def _try(self, act: Callable[[], Any], otherwise: Any, *, owed: Any = ()) -> Any:
        try:
            self._pay()
            return act()
        except _AWAY as error:
            log.warning("cache_away", error=str(error))
            with self._lock:
                self._owed |= dict.fromkeys(owed)
            return otherwise

    def _pay(self) -> None:
        """Delete what could not be deleted before; more than can be remembered means everything of the cache."""
        if not self._owed:
            return
        with self._lock:
            keys = [*self._owed]
        client = self.get_client(None, write=True)
        if len(keys) > MAX_OWED:
            client.flushdb()
        else:
            client.delete(*keys)
        with self._lock:
            for key in keys:
                self._owed.pop(key, None)


class Cache(RedisCache):
    """The backend that the settings name."""

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient


class SessionCache(Cache):
    """Keeps each session for five minutes at most: the database has it, and says when it has ended."""

    def get_backend_timeout(self, timeout: Any = DEFAULT_TIMEOUT) -> Any:
        """Return the seconds that Redis is told."""
        found = super().get_backend_timeout(timeout)
        return SESSION_SECONDS if found is None else min(found, SESSION_SECONDS)
