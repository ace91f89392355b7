"""Watch the deadlines: say once that a request is due soon, and once that its time is over."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from engagement.profiles.models import DataRequest
from engagement.profiles.rights.deadlines import REMIND
from engagement.profiles.rights.telling import announce

_BATCH = 200


def remind(*, now: datetime) -> int:
    """Publish what nobody was told yet; return how many. Safe to repeat and to run in parallel."""
    soon = Q(due_at__lte=now + REMIND, due_at__gt=now, reminded_at=None)
    late = Q(due_at__lte=now, overdue_told_at=None)
    with transaction.atomic():
        due = DataRequest.objects.waiting().filter(soon | late).due_first()
        rows = list(due.select_for_update(skip_locked=True, of=("self",))[:_BATCH])
        for row in rows:
            is_late = row.due_at <= now
            row.reminded_at = row.reminded_at or now
            row.overdue_told_at = now if is_late else None
            row.save(update_fields=["reminded_at", "overdue_told_at"])
            announce(row, "overdue" if is_late else "due_soon", None, now)
    return len(rows)
