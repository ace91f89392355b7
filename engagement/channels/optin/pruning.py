"""What was never confirmed is forgotten, and what was is kept in the ledger only: the form counts them on."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from engagement.channels.models import OptIn, SignUpForm

KEPT_EXPIRED = timedelta(days=7)  # for who opens the link late and asks why
KEPT_CONFIRMED = timedelta(days=30)  # for who presses the button again
_BATCH = 1000


def prune(*, now: datetime) -> int:
    """Delete what is not needed any more; return how many. Safe to run in parallel."""
    expired = Q(confirmed_at=None, expires_at__lt=now - KEPT_EXPIRED)
    confirmed = Q(confirmed_at__lt=now - KEPT_CONFIRMED, expires_at__lt=now)
    total = 0
    while True:
        number = forget(OptIn.objects.filter(expired | confirmed).order_by("expires_at"), most=_BATCH)
        total += number
        if number < _BATCH:
            return total


@transaction.atomic
def forget(rows: QuerySet[OptIn], *, most: int | None = None) -> int:
    """Delete requests, at most ``most`` of them, and let their forms count them on; return how many."""
    keys = list(rows.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:most])
    chosen = OptIn.objects.filter(pk__in=keys).order_by()
    is_confirmed = Q(confirmed_at__isnull=False)
    counted = chosen.values_list("form").annotate(yes=Count("key", filter=is_confirmed), all=Count("key"))
    for form, yes, number in counted:
        SignUpForm.objects.filter(pk=form).update(
            confirmed_gone=F("confirmed_gone") + yes, expired_gone=F("expired_gone") + number - yes
        )
    chosen.delete()
    return len(keys)
