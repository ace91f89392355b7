"""Counts of rows: what a part of a file did or would do, and what the parts make together."""

from collections.abc import Iterable, Mapping
from typing import Any

OUTCOMES = ("new", "changed", "same")


def counts(rows: Iterable[tuple[str, int]], *, suppressed: int = 0, noted: int = 0, total: int = 0) -> dict[str, Any]:
    """Return counts by outcome; whatever is no outcome is a reason for a refusal."""
    made: dict[str, Any] = {"new": 0, "changed": 0, "same": 0, "refused": {}}
    for outcome, number in rows:
        if outcome in OUTCOMES:
            made[outcome] += number
        else:
            made["refused"][outcome] = made["refused"].get(outcome, 0) + number
    return made | {"suppressed": suppressed, "noted": noted, "rows": total}


def together(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Add up counts, and counts within counts."""
    whole: dict[str, Any] = {}
    for part in parts:
        for name, value in part.items():
            if isinstance(value, Mapping):
                whole[name] = together([whole.get(name, {}), value])
            else:
                whole[name] = whole.get(name, 0) + value
    return whole


def refused_of(counted: Mapping[str, Any]) -> int:
    """Return how many rows were refused, for whatever reason."""
    return sum(counted.get("refused", {}).values())
