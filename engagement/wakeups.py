"""Wake a Celery task at most once while it has not begun: the work itself is found in the database.

A nudge lost with the broker costs seconds, never work: beat runs each of these tasks regularly as well.
"""

import functools
import time

import redis
import structlog
from django.conf import settings
from kombu.exceptions import OperationalError

from engagement.config.celery import app
from engagement.redis_pool import BreakerPool

log = structlog.get_logger(__name__)
_WAITING_SECONDS = 5
_AWAY_SECONDS = 3.0
_broker_away_until = float("-inf")


@functools.cache
def store() -> redis.Redis:
    """Return this process's connection pool to Redis/Valkey."""
    pool = BreakerPool.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, socket_keepalive=True)
    return redis.Redis(connection_pool=pool)


def _flag(task: str, argument: str) -> str:
    return f"{settings.NAMESPACE}:wake:{task}:{argument}"


def wake(task: str, argument: str = "", *, countdown: float = 0) -> None:
    """Send ``task`` (its dotted name) unless the same nudge is still waiting for a worker.

    With ``countdown`` seconds the nudge is for later and is never folded with another. Redis away: it is sent twice
    rather than not. Broker away: logged only, and for some seconds nobody waits for it again.
    """
    global _broker_away_until  # of this process
    if not (countdown or _is_first(task, argument)) or time.monotonic() < _broker_away_until:
        return
    try:
        args = [argument] if argument else []
        app.send_task(task, args=args, countdown=countdown or None, expires=countdown + 300)
    except (redis.RedisError, OperationalError, OSError) as error:
        _broker_away_until = time.monotonic() + _AWAY_SECONDS
        log.warning("wake_failed", task=task, error=str(error))


def _is_first(task: str, argument: str) -> bool:
    try:
        return bool(store().set(_flag(task, argument), 1, nx=True, ex=_WAITING_SECONDS))
    except redis.RedisError as error:
        log.warning("wake_flag_unknown", task=task, error=str(error))
        return True


def begun(task: str, argument: str = "") -> None:
    """Say that ``task`` has begun, so that the next nudge is sent again. First line of each such task."""
    try:
        store().delete(_flag(task, argument))
    except redis.RedisError as error:
        log.warning("wake_flag_kept", task=task, error=str(error))
