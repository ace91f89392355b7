"""Putting two people of 10,000 interactions each together, and taking them apart, among 1,000,000 profiles.

Beside the rows that must be written anyway, sent bare through psycopg in the same run. The bench does not count as done
when a merge loses a moment, when its undoing leaves anything behind, or when the time grows with the interactions.
``BENCH_SCALE=0.01`` makes everything smaller.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from benchmarks.figures import Figure, WorkNotDone, figure
from benchmarks.inbox_rows import fill
from benchmarks.services import services
from benchmarks.statements import percentile
from benchmarks.timeline import INTERACTIONS, SCALE, story_of

ROUNDS = 60
_MOVE = "UPDATE profiles_profile SET canonical_id = %s WHERE key = %s OR canonical_id = %s"
_ADDRESSES = (
    "UPDATE profiles_identity SET profile_id = %s, home_id = coalesce(home_id, profile_id) WHERE profile_id = %s"
)


def run() -> Iterator[Figure]:
    """Fill the tables, then merge and undo the same two people again and again; then compare with two small ones."""
    with services():
        from django.conf import settings

        settings.DEBUG = False
        desk = fill(conversations=int(50_000 * SCALE), messages=int(200_000 * SCALE))
        large = [story_of(desk, desk.ordinary[place])[0] for place in (0, 1)]
        small = _small()
        merged, undone = _rounds(large)
        few, _ = _rounds(small)
        _reads_both(large)
        grown = statistics.median(merged) / statistics.median(few)
        if grown > 2 and SCALE >= 1:
            raise WorkNotDone(
                f"with {INTERACTIONS:,} interactions on each side a merge takes {grown:.1f} times as long"
            )
        bare = _bare(large)
        work = (
            f"{ROUNDS} times two people of {INTERACTIONS:,} interactions each; reference: the bare UPDATEs, committed"
        )
        for name, times in (("merge", merged), ("merge.undo", undone)):
            for label, rank in (("p50", 50), ("p95", 95)):
                reference = percentile(bare, rank)
                yield figure(f"{name}.{label}", percentile(times, rank), "ms", reference=reference, work=work)
        yield figure(
            "merge.growth",
            statistics.median(merged),
            "ms",
            reference=statistics.median(few),
            work="median beside that of two people without any interaction",
        )


def _rounds(pair: list[Any]) -> tuple[list[float], list[float]]:
    from engagement.profiles.actions.merge import merge
    from engagement.profiles.actions.undo_merge import undo

    merged, undone = [], []
    before = _state(pair)
    for _ in range(ROUNDS):
        began = time.perf_counter()
        row = merge(kept_id=pair[0], merged_id=pair[1], actor=None, now=datetime.now(UTC))
        middle = time.perf_counter()
        undo(merge_id=row.pk, actor=None, now=datetime.now(UTC))
        merged.append((middle - began) * 1000)
        undone.append((time.perf_counter() - middle) * 1000)
    if _state(pair) != before:
        raise WorkNotDone("after the undoing something is not as it was")
    return merged, undone


def _state(pair: list[Any]) -> list[Any]:
    from engagement.profiles.merging.known import values_of
    from engagement.profiles.models import Identity, Profile

    people = Profile.objects.filter(pk__in=pair).order_by("pk")
    addresses = Identity.objects.filter(profile__in=pair).order_by("pk").values_list("pk", "profile_id", "home_id")
    return [[(person.pk, person.canonical_id, person.tags, values_of(person)) for person in people], list(addresses)]


def _reads_both(pair: list[Any]) -> None:
    """While they are one, the page of the one counts what both have said."""
    from conversations.models import Message
    from engagement.profiles.actions.merge import merge
    from engagement.profiles.actions.undo_merge import undo
    from engagement.profiles.family import family_of

    def number(family: list[Any]) -> int:
        return int(Message.objects.filter(conversation__profile__in=family).count())

    each = [number([key]) for key in pair]
    row = merge(kept_id=pair[0], merged_id=pair[1], actor=None, now=datetime.now(UTC))
    both = number(family_of(pair[0]))
    undo(merge_id=row.pk, actor=None, now=datetime.now(UTC))
    if min(each) < INTERACTIONS or both != sum(each) or number(family_of(pair[0])) != each[0]:
        raise WorkNotDone(f"{each} interactions of two are {both} of one")


def _small() -> list[Any]:
    from engagement.profiles.actions import resolve

    now = datetime.now(UTC)
    return [resolve(kind="email", address=f"small{n}@customer.example", now=now).profile_id for n in (1, 2)]


def _bare(pair: list[Any]) -> list[float]:
    """What any program would have to write: who is read through whom, and where the addresses are found."""
    import psycopg

    times = []
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        for number in range(ROUNDS):
            began = time.perf_counter()
            cursor.execute(_MOVE, [pair[0] if number % 2 == 0 else None, pair[1], pair[1]])
            cursor.execute(_ADDRESSES, [pair[0], pair[1]] if number % 2 == 0 else [pair[1], pair[1]])
            connection.commit()
            times.append((time.perf_counter() - began) * 1000)
        cursor.execute("UPDATE profiles_profile SET canonical_id = NULL WHERE key = ANY(%s)", [pair])
        cursor.execute(
            "UPDATE profiles_identity SET profile_id = home_id, home_id = NULL WHERE home_id = %s", [pair[1]]
        )
        connection.commit()
    return times
