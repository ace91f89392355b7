"""What benches of pages do with the SQL that a page sends: look at its plans, and time it bare."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Collection, Iterator
from typing import Any

from benchmarks.figures import WorkNotDone

_TELLING = 0.05  # of the full size: on smaller tables, reading one from end to end may be the best plan


def check_plans(name: str, statements: list[str], *, large: Collection[str], scale: float) -> None:
    """No table of ``large`` is read from end to end. Raises WorkNotDone."""
    from django.db import connection

    for sql in dict.fromkeys(statements):
        if not sql.lstrip(" \n(").upper().startswith(("SELECT", "WITH")):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql.replace('%', '%%')}", [])
            plan = cursor.fetchone()[0][0]["Plan"]
        for node in _nodes(plan):
            if node["Node Type"].endswith("Seq Scan") and node.get("Relation Name") in large and scale >= _TELLING:
                raise WorkNotDone(f"{name}: {node['Relation Name']} is read from end to end by: {sql}")


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def bare_times(statements: list[list[str]], *, requests: int) -> list[float]:
    """Time the same statements about ``requests`` times, without Django and Python around them: ms for each group."""
    import psycopg

    times = []
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection, connection.cursor() as cursor:
        for group in statements * max(1, requests // len(statements)):
            began = time.perf_counter()
            for sql in group:
                cursor.execute(sql.encode())
                if cursor.description:
                    cursor.fetchall()
            times.append((time.perf_counter() - began) * 1000)
    return times


def percentile(times: list[float], rank: int) -> float:
    """Return the value below which ``rank`` per cent of ``times`` lie."""
    return statistics.quantiles(times, n=100, method="inclusive")[rank - 1]
