"""Connections to Redis or Valkey that do not let every caller wait while the server is away."""

import time
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

AWAY_SECONDS = 1.0


class BreakerPool(redis.ConnectionPool):
    """After a connection that failed, the next ones fail at once for a second."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("retry", Retry(NoBackoff(), 1))  # one that the server has closed meanwhile
        super().__init__(*args, **options)
        self._away_until = float("-inf")

    def get_connection(self, *args: Any, **options: Any) -> Any:
        """Return a connected one. Raises redis.ConnectionError or redis.TimeoutError."""
        if time.monotonic() < self._away_until:
            raise redis.ConnectionError("Redis did not answer a moment ago.")
        try:
            return super().get_connection(*args, **options)
        except (redis.ConnectionError, redis.TimeoutError):
            self._away_until = time.monotonic() + AWAY_SECONDS
            raise
