"""How long it takes to count the people of a segment over 1,000,000 profiles, beside the same SQL bare through psycopg.

``BENCH_SCALE=0.01`` makes everything smaller.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.campaign_rows import fill
from benchmarks.figures import Figure, WorkNotDone, figure
from benchmarks.services import services
from benchmarks.statements import percentile

SCALE = float(os.environ.get("BENCH_SCALE", "1"))
ROUNDS = 12


def _rule(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op} | ({} if value is None else {"value": value})


TREES: dict[str, dict[str, Any]] = {
    "customers who agreed": {"all": [_rule("lifecycle", "is", "customer"), _rule("consent.email", "yes")]},
    "tags and country": {"all": [_rule("tags", "has_any", ["vip", "club"]), _rule("country", "is", "BR")]},
    "attributes": {
        "all": [
            _rule("attribute.bicycle", "any_of", ["Pico", "Vila"]),
            _rule("attribute.rides", "at_least", 12),
            _rule("attribute.bought-on", "before", "2026-06-01"),
        ]
    },
    "last contact": {
        "all": [_rule("last_heard", "within_days", 90), {"not": _rule("last_written", "within_days", 30)}]
    },
    "nested": {
        "all": [
            _rule("consent.sms", "yes"),
            {"any": [_rule("tags", "has_any", ["vip"]), _rule("attribute.club", "yes")]},
            {"not": {"any": [_rule("country", "is", "US"), _rule("deal.open", "yes")]}},
        ]
    },
    "everybody": {"all": []},
}


def run() -> Iterator[Figure]:
    """Fill, then count each tree several times."""
    with services():
        from django.conf import settings
        from django.utils import timezone

        from campaigns.segments.asking import compiled, count
        from engagement.profiles.models import AttributeDefinition

        settings.DEBUG = False
        people = int(1_000_000 * SCALE)
        fill(people)
        for slug, kind, choices in (
            ("bicycle", "choice", ["Lavra 29", "Pico", "Vila", "Serra"]),
            ("rides", "number", []),
            ("club", "boolean", []),
            ("bought-on", "date", []),
        ):
            AttributeDefinition.objects.create(slug=slug, label=slug, label_pt=slug, type=kind, choices=choices)
        ours: list[float] = []
        bare: list[float] = []
        for name, tree in TREES.items():
            asked = compiled(tree, now=timezone.now())
            if not count(asked):
                raise WorkNotDone(f"{name}: nobody fits")
            for _ in range(ROUNDS):
                began = time.perf_counter()
                count(compiled(tree, now=timezone.now()))
                ours.append((time.perf_counter() - began) * 1000)
            bare += _bare(asked)
        work = f"{people:,} profiles, {len(TREES)} trees of rules, {ROUNDS} times each; reference: their SQL alone"
        for label, rank in (("p50", 50), ("p95", 95)):
            yield figure(
                f"segment_count.{label}", percentile(ours, rank), "ms", reference=percentile(bare, rank), work=work
            )


def _bare(asked: Any) -> list[float]:
    import psycopg

    times = []
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("SET work_mem = '160MB'")
        cursor.execute("SET jit = off")
        for _ in range(ROUNDS):
            began = time.perf_counter()
            cursor.execute(asked.select("count(*)"), asked.parameters)
            cursor.fetchone()
            times.append((time.perf_counter() - began) * 1000)
    return times
