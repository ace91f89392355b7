"""The list of campaigns."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from campaigns.models import Campaign, Recipient
from engagement.village.models import User

PAGE = 30


@dataclass(frozen=True, slots=True)
class Line:
    """One campaign with how many are written to and how many still wait."""

    campaign: Campaign
    written: int
    waiting: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some campaigns and the key after which the next page begins."""

    lines: Sequence[Line]
    next_after: UUID | None


def page(*, reader: User, after: UUID | None = None, size: int = PAGE) -> Page:
    """Return a page of the campaigns, the newest first. Two queries."""
    found = Campaign.objects.visible_to(reader).select_related("owner", "segment").newest_first()
    if after is not None:
        found = found.filter(key__lt=after)
    rows = list(found[: size + 1])
    shown = rows[:size]
    return Page(lines(shown), shown[-1].key if len(rows) > size else None)


def lines(campaigns: Sequence[Campaign]) -> list[Line]:
    """Return these campaigns with their figures. One query."""
    state = Recipient.State
    counted = {
        key: numbers
        for key, *numbers in Recipient.objects.filter(campaign__in=campaigns)
        .order_by()
        .values_list("campaign_id")
        .annotate(
            written=Count("key", filter=Q(state=state.QUEUED)),
            waiting=Count("key", filter=Q(state=state.WAITING)),
            skipped=Count("key", filter=Q(state=state.SKIPPED)),
        )
    }
    return [Line(one, *counted.get(one.pk, [0, 0, 0])) for one in campaigns]
