"""Reports read from a copy of the database where there is one (DATABASE_REPLICA_URL).

The copy follows some moments behind, so only what says so reads from it: inside ``reading_replica``. Everything else,
and everything that writes, uses the database itself. So do reports while the copy is away or too far behind
(DATABASE_REPLICA_MAX_LAG_SECONDS); the log says so.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections, transaction

log = structlog.get_logger(__name__)
ALIAS = "replica"
PRIMARY = "default"
RETRY_SECONDS = 30.0  # for which a copy that was away or too far behind is not asked again by this process
_Answer = TypeVar("_Answer")
_retry_at = float("-inf")
# When everything that the primary had written is applied, the copy is up to date, however long ago that was written.
# Otherwise its last transaction tells: beat writes every few seconds, so the primary is never quiet for long.
_LAG = """
SELECT CASE WHEN NOT pg_is_in_recovery() OR pg_last_wal_replay_lsn() >= %s::pg_lsn THEN 0
       ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END::float
"""
_reads_replica: ContextVar[bool] = ContextVar("reads_replica", default=False)


class ReplicaRouter:
    """Sends the reads of reports to the copy."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """The copy inside ``reading_replica``."""
        return ALIAS if _reads_replica.get() else None

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        """Never the copy."""
        return "default"

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        """They are the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """The copy gets its tables from the database itself."""
        return db != ALIAS


def reads_replica() -> bool:
    """Return whether reads go to the copy here."""
    return _reads_replica.get()


def report_alias() -> str:
    """Return the connection that a report's own SQL should use here."""
    return ALIAS if _reads_replica.get() else "default"


@contextmanager
def reading_replica() -> Iterator[None]:
    """Let what is read inside come from the copy, if there is one that answers and is up to date.

    Not inside a transaction: there the report has to see what the transaction wrote.
    """
    token = _reads_replica.set(_is_usable())
    try:
        yield
    finally:
        _reads_replica.reset(token)


def read_report(question: Callable[[], _Answer], *, name: str) -> _Answer:
    """Ask the copy where there is one, and the database itself when that fails. Raises DatabaseError."""
    with reading_replica():
        if reads_replica():
            try:
                return question()
            except (DatabaseError, InterfaceError) as error:
                log.warning("report_not_read_from_replica", report=name, error=str(error))
                _leave_alone()
    return question()


def replica_lag() -> float:
    """Return by how many seconds the copy is behind. Raises DatabaseError or InterfaceError when one is away."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn()::text")
        written = cursor.fetchone()[0]
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_LAG, [written])
        (seconds,) = cursor.fetchone()
    return float("inf") if seconds is None else max(0.0, seconds)  # None: it has never followed a transaction


def _is_usable() -> bool:
    if ALIAS not in connections.databases or transaction.get_connection(PRIMARY).in_atomic_block:
        return False
    if time.monotonic() < _retry_at:
        return False
    try:
        lag = replica_lag()
    except (DatabaseError, InterfaceError) as error:
        log.warning("replica_away", error=str(error))
        _leave_alone()
        return False
    if lag > settings.DATABASE_REPLICA_MAX_LAG_SECONDS:
        log.warning("replica_behind", seconds=round(lag, 1))
        _leave_alone()
        return False
    return True


def _leave_alone() -> None:
    """Ask the database itself for a while, and the copy over a new connection after that."""
    global _retry_at
    _retry_at = time.monotonic() + RETRY_SECONDS
    connections[ALIAS].close()
