"""The customer's phone: who got texts, and what one customer got and wrote."""

from dataclasses import dataclass

from django.db.models import Count

from engagement.channels.models import CaughtText

CUSTOMERS = 100
MESSAGES = 100


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """A customer with the newest text; ``unopened`` is how many nobody has looked at."""

    newest: CaughtText
    unopened: int


def customers() -> list[PhoneRow]:
    """Return the customers, the one with the newest text first. Two queries."""
    newest = CaughtText.objects.order_by("customer", "-key").distinct("customer")
    found = sorted(newest, key=lambda text: text.key, reverse=True)[:CUSTOMERS]
    counted = CaughtText.objects.filter(is_open=False, customer__in=[text.customer for text in found])
    unopened = dict(counted.order_by("customer").values_list("customer").annotate(unopened=Count("key")))
    return [PhoneRow(text, unopened.get(text.customer, 0)) for text in found]


def texts_of(customer: str) -> list[CaughtText]:
    """Return the last texts of a customer, the oldest first."""
    return list(CaughtText.objects.filter(customer=customer).order_by("-key")[:MESSAGES])[::-1]
