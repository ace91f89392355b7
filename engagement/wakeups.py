"""Wake a Celery task at most once while it has not begun: the work itself is found in the database.

A nudge lost with the broker costs seconds, never work: beat runs each of these tasks regularly as well.
"""

import functools

import redis
import structlog
from django.conf import settings
from kombu.exceptions import OperationalError

from engagement.config.celery import app

log = structlog.get_logger(__name__)
_WAITING_SECONDS = 5


@functools.cache
def store() -> redis.Redis:
    """Return this process's connection pool to Redis/Valkey."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


def _flag(task: str, argument: str) -> str:
    return f"{settings.NAMESPACE}:wake:{task}:{argument}"


def wake(task: str, argument: str = "", *, countdown: float = 0) -> None:
    """Send ``task`` (its dotted name) unless the same nudge is still waiting for a worker.

    With ``countdown`` seconds the nudge is for later and is never folded with another. Broker away: logged only.
    """
    try:
        if countdown or store().set(_flag(task, argument), 1, nx=True, ex=_WAITING_SECONDS):
            args = [argument] if argument else []
            app.send_task(task, args=args, countdown=countdown or None, expires=countdown + 300)
    except (redis.RedisError, OperationalError) as error:
        log.warning("wake_failed", task=task, error=str(error))


def begun(task: str, argument: str = "") -> None:
    """Say that ``task`` has begun, so that the next nudge is sent again. First line of each such task."""
    try:
        store().delete(_flag(task, argument))
    except redis.RedisError as error:
        log.warning("wake_flag_kept", task=task, error=str(error))
