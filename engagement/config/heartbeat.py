"""Workers say every 20 s that they are alive; ``/readyz`` reads it."""

from datetime import UTC, datetime

from django.conf import settings

from engagement.wakeups import store


def _key() -> str:
    return f"{settings.NAMESPACE}:beats:{settings.RUN_ID}"


def beat(worker: str, *, now: datetime) -> None:
    """Note that ``worker`` is alive."""
    store().hset(_key(), worker, now.timestamp())
    store().expire(_key(), 600)


def last_beats() -> dict[str, datetime]:
    """Return when each worker last reported."""
    beats: dict[bytes, bytes] = store().hgetall(_key())  # type: ignore[assignment]
    return {name.decode(): datetime.fromtimestamp(float(value), UTC) for name, value in beats.items()}
