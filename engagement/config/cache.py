"""Django's cache in Redis or Valkey, with one client for all its requests."""

from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class KeptClient(RedisCacheClient):
    """Keeps the client of each server: making a new one for each key, as Django does, takes longer than asking."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._clients: dict[Any, Any] = {}  # by pool

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """Return the client of one of the servers; its connections come from a pool, so threads may share it."""
        pool = self._get_connection_pool(write)  # type: ignore[attr-defined]
        if pool not in self._clients:
            self._clients[pool] = self._client(connection_pool=pool)  # type: ignore[attr-defined]
        return self._clients[pool]


class Cache(RedisCache):
    """The backend that the settings name."""

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient
