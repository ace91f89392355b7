"""How many people a segment holds, and a few of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection, connections, transaction

from campaigns.segments.compiling import Compiled, compile_rules
from campaigns.segments.rules import read
from engagement.replica import report_alias

SAMPLE = 8
# Sets of a million keys are compared in memory; compiling the statement would take longer than it saves.
_TUNING = "SET LOCAL work_mem = '160MB'; SET LOCAL hash_mem_multiplier = 2; SET LOCAL jit = off"


@dataclass(frozen=True, slots=True)
class Sampled:
    """Somebody of a segment."""

    key: UUID
    name: str
    place: str
    language: str


@contextmanager
def tuned() -> Iterator[None]:
    """A transaction in which statements over everybody are planned well."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_TUNING)
        yield


def ask(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run a statement that was made for this one question; its values travel apart from it and shape its plan.

    Raises django.db.DatabaseError.
    """
    asked = connections[report_alias()]  # the reports' copy, where a report asks
    asked.ensure_connection()
    with asked.wrap_database_errors, psycopg.Cursor(asked.connection) as cursor:
        cursor.execute(statement, parameters, prepare=False)
        return cursor.fetchall() if cursor.description else []


def compiled(tree: object, *, now: datetime) -> Compiled:
    """Return the statement of a tree as it is kept. Raises BadRules."""
    return compile_rules(read(tree), now=now)


def count(asked: Compiled) -> int:
    """Return how many people are in it. One statement."""
    with tuned():
        return int(ask(asked.select("count(*)"), asked.parameters)[0][0])


def sample(asked: Compiled, *, limit: int = SAMPLE) -> list[Sampled]:
    """Return the people we have known for the shortest time. One statement."""
    statement = asked.select("profile.key, profile.name, profile.place, profile.language")
    with tuned():
        rows = ask(f"{statement} ORDER BY profile.key DESC LIMIT {int(limit)}", asked.parameters)
    return [Sampled(*row) for row in rows]


def members(asked: Compiled, *, after: UUID | None, limit: int) -> list[Sampled]:
    """Return people of a segment, those we have known for the shortest time first, ``after`` a key. One statement."""
    statement = asked.select("profile.key, profile.name, profile.place, profile.language")
    if after is not None:
        statement += " AND profile.key < %(after)s::uuid"
    with tuned():
        rows = ask(
            f"{statement} ORDER BY profile.key DESC LIMIT {int(limit)}", {**asked.parameters, "after": str(after or "")}
        )
    return [Sampled(*row) for row in rows]
