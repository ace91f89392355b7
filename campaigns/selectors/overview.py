"""The list of campaigns."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from campaigns.models import Campaign
from campaigns.selectors.figures import Figures, figures_of
from engagement.village.models import User

PAGE = 30


@dataclass(frozen=True, slots=True)
class Line:
    """One campaign with its figures."""

    campaign: Campaign
    figures: Figures


@dataclass(frozen=True, slots=True)
class Page:
    """Some campaigns and the key after which the next page begins."""

    lines: Sequence[Line]
    next_after: UUID | None


def page(*, reader: User, after: UUID | None = None, size: int = PAGE) -> Page:
    """Return a page of the campaigns, the newest first. Four queries."""
    found = Campaign.objects.visible_to(reader).select_related("owner", "segment").newest_first()
    if after is not None:
        found = found.filter(key__lt=after)
    rows = list(found[: size + 1])
    shown = rows[:size]
    return Page(lines(shown), shown[-1].key if len(rows) > size else None)


def lines(campaigns: Sequence[Campaign]) -> list[Line]:
    """Return these campaigns with their figures. Three queries."""
    found = figures_of(campaigns)
    return [Line(one, found[one.pk]) for one in campaigns]
