"""How many asked at each form, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from engagement.channels.models import OptIn, SignUpForm
from engagement.sorting import by_name


@dataclass(frozen=True, slots=True)
class Row:
    """A form with its numbers: each of the last three is a part of the first."""

    form: SignUpForm
    requested: int
    confirmed: int
    waiting: int
    expired: int


def rows(now: datetime, forms: Sequence[SignUpForm] | None = None) -> list[Row]:
    """Return the forms with their numbers, the open ones first. Two queries."""
    found = forms
    if found is None:
        found = list(SignUpForm.objects.select_related("channel").order_by("-is_open", *by_name()))
    counted = OptIn.objects.filter(form__in=[form.pk for form in found]).order_by().values("form")
    annotated = counted.annotate(
        confirmed=Count("key", filter=Q(confirmed_at__isnull=False)),
        waiting=Count("key", filter=Q(confirmed_at=None, expires_at__gt=now)),
        expired=Count("key", filter=Q(confirmed_at=None, expires_at__lte=now)),
    )
    numbers = {form: tuple(each) for form, *each in annotated.values_list("form", "confirmed", "waiting", "expired")}
    return [_row(form, *numbers.get(form.pk, (0, 0, 0))) for form in found]


def _row(form: SignUpForm, confirmed: int, waiting: int, expired: int) -> Row:
    confirmed, expired = confirmed + form.confirmed_gone, expired + form.expired_gone
    return Row(form, confirmed + expired + waiting, confirmed, waiting, expired)
