"""The scheduler of ``celery beat``: any number may run, and the one that holds the lease sends the tasks."""

import os
import signal
import threading
import time
from typing import Any

import structlog
from celery import signals
from django.db import DatabaseError, InterfaceError, connection
from django_celery_beat.schedulers import DatabaseScheduler

from engagement.leases import HeldLease

log = structlog.get_logger(__name__)
BEAT_LEASE = "beat"
LEASE_SECONDS = 15.0
RENEW_SECONDS = 5.0
MAX_PAUSE_SECONDS = 1.0
STOP_SECONDS = 5.0  # after which a process that was told to end ends as it is


class LeasedScheduler(DatabaseScheduler):  # type: ignore[misc]
    """Sends what is due while it holds the lease; otherwise waits until the lease is free or has expired."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._lease = HeldLease(BEAT_LEASE, LEASE_SECONDS)
        self._renewed = float("-inf")
        super().__init__(*args, **options)

    def tick(self, *args: Any, **options: Any) -> float:
        """Send at most one task that is due; return for how many seconds to wait."""
        try:
            if not self._keep_lease():
                return MAX_PAUSE_SECONDS
            pause: float = super().tick(*args, **options)
        except (DatabaseError, InterfaceError) as error:
            log.warning("beat_database_away", error=str(error))
            connection.close()
            return MAX_PAUSE_SECONDS
        return min(pause, MAX_PAUSE_SECONDS)

    def close(self) -> None:
        """Write down what was sent, and let another beat go on at once."""
        connection.close()  # a signal may have come in the middle of a statement
        super().close()
        try:
            if self._lease.is_held:
                self._lease.release()
        except (DatabaseError, InterfaceError) as error:
            log.warning("beat_lease_not_released", error=str(error))

    def _keep_lease(self) -> bool:
        had = self._lease.is_held
        if had and time.monotonic() - self._renewed < RENEW_SECONDS:
            return True
        asked = time.monotonic()
        if not self._lease.acquire():
            return False
        self._renewed = asked
        if not had:
            log.info("beat_leads", owner=self._lease.owner)
            self._read_anew()
        return True

    def _read_anew(self) -> None:
        """Another beat has sent tasks since: when each ran last stands in the database."""
        self._dirty.clear()
        self._initial_read = True
        self._heap = None
        self._heap_invalidated = False
        self._last_timestamp = None  # a change before now is read already, and would send what is due twice


@signals.beat_init.connect
def end_on_signal(**_: Any) -> None:
    """Replace Celery's handler, which writes to the database from within whatever statement the signal interrupts.

    That waits for ever for the connection's own lock. Here the loop is left first, and then written down.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)


def _end(*_: Any) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    late = threading.Timer(STOP_SECONDS, os._exit, args=(0,))
    late.daemon = True
    late.start()
    raise SystemExit
