"""The page of the audit trail."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from engagement.partitions import first_key
from engagement.sorting import by_name
from engagement.village.models import AuditEntry, User

PAGE = 50
_MANY = 200
_SLACK = timedelta(hours=1)  # between the clock that makes keys and the one that an action is told

# Each distinct action by one step in the index, however many entries there are ("loose index scan").
_ACTIONS = """
WITH RECURSIVE step AS (
    (SELECT min(action) AS action FROM village_auditentry)
    UNION ALL
    SELECT (SELECT min(action) FROM village_auditentry WHERE action > step.action)
    FROM step WHERE step.action IS NOT NULL
)
SELECT action FROM step WHERE action IS NOT NULL ORDER BY action
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: an action, who did it, to what (a name, an address or a key), on which day."""

    action: str = ""
    actor: str = ""
    subject: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Entries, latest first, and the key before which the next page begins."""

    entries: list[AuditEntry]
    next_before: UUID | None


def page(*, wanted: Wanted, before: UUID | None = None, size: int = PAGE) -> TrailPage:
    """Return one page. The day is one of the active time zone. At most three queries."""
    found = _matching(wanted)
    if before:
        found = found.filter(key__lt=before)
    rows = list(found.order_by("-key")[: size + 1])
    return TrailPage(rows[:size], rows[size - 1].key if len(rows) > size else None)


def actions() -> list[str]:
    """Return the names of all actions that stand in the trail, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(_ACTIONS)
        return [action for (action,) in cursor.fetchall()]


def _matching(wanted: Wanted) -> QuerySet[AuditEntry]:
    found = AuditEntry.objects.all()
    if wanted.action:
        found = found.filter(action=wanted.action)
    if wanted.actor:
        found = found.filter(Q(actor_id__in=_people(wanted.actor)) | Q(actor_name=wanted.actor))
    if wanted.subject:
        found = found.filter(_about(wanted.subject))
    if wanted.day:
        start, end = _bounds(wanted.day)
        keys = {"key__gte": first_key(start - _SLACK), "key__lt": first_key(end + _SLACK)}
        found = found.filter(at__gte=start, at__lt=end, **keys)
    return found


def _about(text: str) -> Q:
    people = [str(key) for key in _people(text)]
    return Q(subject_type="village.user", subject_id__in=people) | Q(subject_id=text) | Q(subject_name=text)


def _people(text: str) -> list[UUID]:
    matching = User.objects.filter(Q(name__icontains=text) | Q(email__icontains=text)).order_by(*by_name())
    return list(matching.values_list("key", flat=True)[:_MANY])


def _bounds(day: date) -> tuple[datetime, datetime]:
    midnight = time(tzinfo=timezone.get_current_timezone())
    return datetime.combine(day, midnight), datetime.combine(day + timedelta(days=1), midnight)
