"""Block lists as their page shows them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from engagement.profiles.models import BlockListFile, Suppression


@dataclass(frozen=True, slots=True)
class BlockList:
    """A list that holds something back: how many fingerprints, from when on."""

    name: str
    numbers: int
    since: datetime


_NEWEST = 5


def files_of() -> list[BlockListFile]:
    """Return the newest large files of block lists. One query."""
    return list(BlockListFile.objects.order_by("-key")[:_NEWEST])


def lists_of() -> list[BlockList]:
    """Return the lists that hold something back, or will. One query."""
    rows = Suppression.objects.filter(source__startswith="list:", ends_at=None).order_by("source").values_list("source")
    counted = rows.annotate(numbers=Count("key"), since=Min("starts_at"))
    return [BlockList(source.removeprefix("list:"), numbers, since) for source, numbers, since in counted]
