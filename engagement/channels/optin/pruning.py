"""What was never confirmed is forgotten, and what was is kept in the ledger only: the form counts them on."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, QuerySet

from engagement.channels.models import OptIn, SignUpForm

KEPT_EXPIRED = timedelta(days=7)  # for who opens the link late and asks why
KEPT_CONFIRMED = timedelta(days=30)  # for who presses the button again
_BATCH = 1000


def prune(*, now: datetime) -> int:
    """Delete what is not needed any more; return how many. Safe to run in parallel."""
    expired = OptIn.objects.filter(confirmed_at=None, expires_at__lt=now - KEPT_EXPIRED)
    confirmed = OptIn.objects.filter(confirmed_at__lt=now - KEPT_CONFIRMED, expires_at__lt=now)
    return _forget(expired, "expired_gone") + _forget(confirmed, "confirmed_gone")


def _forget(rows: QuerySet[OptIn], counter: str) -> int:
    total = 0
    while True:
        with transaction.atomic():
            keys = list(
                rows.order_by("expires_at").select_for_update(skip_locked=True).values_list("pk", flat=True)[:_BATCH]
            )
            chosen = OptIn.objects.filter(pk__in=keys)
            counted = list(chosen.order_by("form").values_list("form").annotate(number=Count("key")))
            for form, number in counted:
                SignUpForm.objects.filter(pk=form).update(**{counter: F(counter) + number})
            chosen.delete()
        total += len(keys)
        if len(keys) < _BATCH:
            return total
