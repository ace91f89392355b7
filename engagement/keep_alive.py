"""Keep a claim while the work on it goes on: a thread prolongs it, and asks the database only when that is long."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from django.db import DatabaseError, InterfaceError, connection

log = structlog.get_logger(__name__)


@contextmanager
def kept_alive(renew: Callable[[], object], *, every_seconds: float, at_most_seconds: float = 900) -> Iterator[None]:
    """Call ``renew`` in a thread with a database connection of its own, until the block ends or has hung for so long.

    So a claim can be short, and who died loses it soon, while slow work keeps it. What is claimed still needs a fence:
    ``renew`` prolongs only what is ours.
    """
    ended = threading.Event()

    def run() -> None:
        end = time.monotonic() + at_most_seconds
        while not ended.wait(every_seconds) and time.monotonic() < end:
            try:
                renew()
            except (DatabaseError, InterfaceError) as error:
                log.warning("claim_not_renewed", error=str(error))
            finally:
                connection.close()

    thread = threading.Thread(target=run, name="keep-alive", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(5)
