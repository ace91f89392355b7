"""Deals as their pages show them: mine with what is about to reach the customer, and those of one person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagement.profiles.figures import Figure
from engagement.profiles.models import Deal
from engagement.profiles.models.deal import OVER, DealQuerySet
from engagement.profiles.upcoming import Upcoming, upcoming_for
from engagement.statements import joined
from engagement.statements import rows as counted
from engagement.village.models import User

PAGE = 50
_OPEN_OF = """
FROM profiles_deal JOIN village_user ON village_user.key = profiles_deal.owner_id
WHERE profiles_deal.profile_id = ANY(%(family)s::uuid[]) AND profiles_deal.stage NOT IN ('won', 'lost')
ORDER BY profiles_deal.key DESC
"""
_COUNTED = """
SELECT count(*) FILTER (WHERE stage = 'won'), count(*) FILTER (WHERE stage NOT IN ('won', 'lost'))
FROM profiles_deal WHERE profile_id = ANY(%(family)s::uuid[])
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A deal, why marketing keeps quiet because of it ("deal_held", "deal_closing" or ""), and what is about to
    reach its customer.
    """

    deal: Deal
    quiet: str
    upcoming: Sequence[Upcoming]
    is_released: bool


def rows(deals: Sequence[Deal], now: datetime) -> list[Row]:
    """Return the deals with what is about to reach their customers: as many queries as the sources of it run."""
    coming = upcoming_for(list({deal.profile_id for deal in deals}), now)
    return [
        Row(
            deal=deal,
            quiet=deal.keeps_quiet(now),
            upcoming=coming.get(deal.profile_id, []),
            is_released=deal.is_open and deal.released_until is not None and deal.released_until > now,
        )
        for deal in deals
    ]


def page(
    *, owner: User | None, over: bool, after: UUID | None, now: datetime, stage: str = ""
) -> tuple[list[Row], UUID | None]:
    """Return a page of deals, the newest first, of one owner or of everybody, in one stage or in any; and the key to
    ask on from.
    """
    found = _of(owner, over)
    if stage:
        found = found.filter(stage=stage)
    if after is not None:
        found = found.filter(key__lt=after)
    deals = list(found.select_related("profile", "owner", "company").order_by("-key")[: PAGE + 1])
    return rows(deals[:PAGE], now), deals[PAGE - 1].key if len(deals) > PAGE else None


def _of(owner: User | None, over: bool) -> DealQuerySet:
    found = Deal.objects.exclude(closed_at=None) if over else Deal.objects.open()
    return found if owner is None else found.filter(owner=owner)


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of the pipeline: how many deals stand there, and the sum of their amounts in each currency."""

    stage: str
    label: str
    number: int
    sums: list[tuple[Decimal, str]]
    is_chosen: bool


def pipeline(*, owner: User | None, over: bool, chosen: str = "") -> list[Step]:
    """Return the stages in which deals of one owner or of everybody stand, in their order. One query."""
    found = _of(owner, over).order_by("stage", "currency").values_list("stage", "currency")
    numbers: dict[str, int] = {}
    sums: dict[str, list[tuple[Decimal, str]]] = {}
    for stage, currency, number, amount in found.annotate(number=Count("key"), amount=Sum("amount")):
        numbers[stage] = numbers.get(stage, 0) + number
        if amount is not None:
            sums.setdefault(stage, []).append((amount, currency))
    stages = [choice for choice in Deal.Stage.choices if (choice[0] in OVER) == over]
    return [
        Step(stage, str(label), numbers.get(stage, 0), sums.get(stage, []), stage == chosen) for stage, label in stages
    ]


def open_of(family: Sequence[UUID]) -> list[Deal]:
    """Return the open deals with a person, the newest first. One query."""
    found = []
    for deal, owner in joined((Deal, User), _OPEN_OF, {"family": list(family)}):
        deal.owner = owner
        found.append(deal)
    return found


def figure(family: Sequence[UUID], reader: User, now: datetime) -> Figure:
    """Count the deals with a person, for the top of their page. One query."""
    ((won, standing),) = counted(_COUNTED, {"family": list(family)})
    beside: Any = ngettext("%(count)d won before", "%(count)d won before", won) % {"count": won}
    label = ngettext("open deal", "open deals", standing)
    return Figure(value=str(standing), label=label, beside=beside if won else _("none won yet"), url="#open-now")
