"""Reports read from a copy of the database where there is one (DATABASE_REPLICA_URL).

The copy follows some moments behind, so only what says so reads from it: inside ``reading_replica``. Everything else,
and everything that writes, uses the database itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog
from django.db import DatabaseError, InterfaceError, connections, transaction

log = structlog.get_logger(__name__)
ALIAS = "replica"
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
    """Let what is read inside come from the copy, if there is one and it answers.

    Not inside a transaction: there the report has to see what the transaction wrote.
    """
    token = _reads_replica.set(_is_there())
    try:
        yield
    finally:
        _reads_replica.reset(token)


def _is_there() -> bool:
    if ALIAS not in connections.databases or transaction.get_connection().in_atomic_block:
        return False
    try:
        connections[ALIAS].ensure_connection()
    except (DatabaseError, InterfaceError) as error:
        log.warning("replica_away", error=str(error))
        return False
    return True
