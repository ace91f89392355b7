"""The customer's phone: who got texts, and what one customer got and wrote."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from engagement.channels.actions.learn import PROVIDER
from engagement.channels.models import CaughtText
from engagement.profiles.actions.suppress import suppressions_of
from engagement.profiles.addresses import InvalidAddress
from engagement.profiles.family import family_of
from engagement.profiles.models import Consent, ConsentState, Identity
from engagement.profiles.models.consent import Purpose

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


@dataclass(frozen=True, slots=True)
class Silence:
    """That a number gets no marketing: since when, and whether the provider told us (else they, or a colleague)."""

    since: datetime
    is_told_by_provider: bool


def silence_of(customer: str, now: datetime) -> Silence | None:
    """Return why no marketing texts reach a number, None where nothing stands against them. At most four queries."""
    owner = Identity.objects.filter(kind="phone", address_norm=customer, valid_to=None).first()
    people = [owner.profile_id, family_of(owner.profile_id)[0]] if owner else []
    state = ConsentState.objects.filter(profile__in=people, channel="sms", purpose=Purpose.MARKETING).first()
    if state is not None and not state.granted:
        lines = Consent.objects.filter(profile__in=people, purpose=Purpose.MARKETING, granted=False)
        line = lines.filter(channel__in=["", "sms"]).order_by("-at", "-key").first()
        return Silence(state.since, line is not None and line.source == PROVIDER)
    try:
        held = suppressions_of(kind="phone", address=customer, now=now)
    except InvalidAddress:
        return None
    return next((Silence(one.starts_at, one.source == "carrier") for one in held if one.purpose != "service"), None)


def texts_of(customer: str) -> list[CaughtText]:
    """Return the last texts of a customer, the oldest first."""
    return list(CaughtText.objects.filter(customer=customer).order_by("-key")[:MESSAGES])[::-1]
