"""Ask every item its question, and keep the answers."""

from collections.abc import Iterable
from datetime import datetime

import structlog
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from engagement.operations.checklist import Item, Measured, registered
from engagement.operations.models import Answer, Outcome, Target, Waiver
from engagement.realtime.topics import poke
from engagement.replica import read_report, report_alias

log = structlog.get_logger(__name__)
TOPIC = "operations:all"
MOST_EVIDENCE = 50
_ITEM_SECONDS = 15  # that one question may take of the database


def count(*, now: datetime, items: Iterable[Item] | None = None) -> list[Answer]:
    """Measure ``items`` (all of them unless given) and keep each answer as the day's; return them in their order.

    A question that fails or takes too long is answered with "not enough data" and the reason: the others are asked
    all the same. Two counts at once end with the later writer's answers, one for each item and day.
    """
    asked = list(registered() if items is None else items)
    targets = dict(Target.objects.values_list("item", "threshold"))
    waived = set(Waiver.objects.in_force(now).values_list("item", flat=True))
    day = timezone.localtime(now).date()
    rows = [_answer(item, targets.get(item.name, item.threshold), item.name in waived, now) for item in asked]
    for row in rows:
        row.day = day
    with transaction.atomic():
        Answer.objects.bulk_create(
            sorted(rows, key=lambda row: row.item),
            update_conflicts=True,
            unique_fields=["item", "day"],
            update_fields=["at", "outcome", "figure", "threshold", "rows", "evidence", "error"],
        )
        poke(TOPIC)
    return rows


def _answer(item: Item, threshold: float, is_waived: bool, now: datetime) -> Answer:
    measured, error = measure(item, now)
    figure = measured.figure if measured.rows >= item.least else None
    return Answer(
        item=item.name,
        at=now,
        outcome=_outcome(item, figure, threshold, is_waived),
        figure=figure,
        threshold=threshold,
        rows=measured.rows,
        evidence=[[one.what, one.why, one.url] for one in measured.evidence[:MOST_EVIDENCE]],
        error=error,
    )


def measure(item: Item, now: datetime) -> tuple[Measured, str]:
    """The item's own answer; nothing and why when the question itself cannot be asked.

    It is asked at the reports' copy of the database where there is one, and at the database itself when that fails.
    """
    try:
        return read_report(lambda: _measure(item, now), name=item.name), ""
    except DatabaseError as error:
        log.error("item_not_measured", item=item.name, error=str(error))
        return Measured(None, 0), f"{type(error).__name__}: {error}"[:500]


def _measure(item: Item, now: datetime) -> Measured:
    alias = report_alias()
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = %s", [_ITEM_SECONDS * 1000])
        measured = item.measure(now)
        cursor.execute("SET LOCAL statement_timeout = DEFAULT")  # this may be part of a longer transaction
        return measured


def _outcome(item: Item, figure: float | None, threshold: float, is_waived: bool) -> str:
    """What is waived says so only while it would not pass."""
    if figure is not None and passes(item, figure, threshold):
        return Outcome.PASS
    if is_waived:
        return Outcome.WAIVED
    return Outcome.INSUFFICIENT if figure is None else Outcome.FAIL


def passes(item: Item, figure: float, threshold: float) -> bool:
    """Say whether a figure is on the better side of a threshold."""
    return figure >= threshold if item.better == "more" else figure <= threshold
