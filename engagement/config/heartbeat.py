"""Workers say every 10 s that they are alive, and which queues they read; ``/readyz`` and ``/metrics`` read it."""

from datetime import UTC, datetime

from django.conf import settings

from engagement.wakeups import store


def _key() -> str:
    return f"{settings.NAMESPACE}:beats:{settings.RUN_ID}"


def _queues_key() -> str:
    return f"{settings.NAMESPACE}:worker-queues:{settings.RUN_ID}"


def beat(worker: str, *, now: datetime, queues: tuple[str, ...] = ()) -> None:
    """Note that ``worker`` is alive and reads ``queues``. Raises redis.RedisError."""
    pipeline = store().pipeline(transaction=False)
    pipeline.hset(_key(), worker, str(now.timestamp()))
    pipeline.expire(_key(), 600)
    pipeline.hset(_queues_key(), worker, ",".join(queues))
    pipeline.expire(_queues_key(), 600)
    pipeline.execute()


def last_beats() -> dict[str, datetime]:
    """Return when each worker last reported. Raises redis.RedisError."""
    beats: dict[bytes, bytes] = store().hgetall(_key())  # type: ignore[assignment]
    return {name.decode(): datetime.fromtimestamp(float(value), UTC) for name, value in beats.items()}


def workers_by_queue(*, since: datetime) -> dict[str, int]:
    """Return how many workers that reported ``since`` then read each queue. Raises redis.RedisError."""
    alive = {name for name, at in last_beats().items() if at >= since}
    found: dict[bytes, bytes] = store().hgetall(_queues_key())  # type: ignore[assignment]
    counts: dict[str, int] = {}
    for name, queues in found.items():
        for queue in filter(None, queues.decode().split(",") if name.decode() in alive else ()):
            counts[queue] = counts.get(queue, 0) + 1
    return counts
