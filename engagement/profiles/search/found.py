"""What the search finds: each person once, the best first, with what led to them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Prefetch

from engagement.profiles.models import Identity, Profile
from engagement.profiles.search.marks import Parts

# How good a reason is; less is better.
EXACT_ADDRESS, CALLED, PART_OF_NUMBER, NAME_BEGINS, HAS_WORDS, EACH_WORD = 0, 1, 2, 3, 4, 5
ADDRESS_BEGINS, TAGGED, WORKS_AT, ADDRESS_HOLDS, MISSPELT, SAID = 6, 7, 8, 9, 10, 11
_MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class Why:
    """One reason: its ``kind`` ("address", "name", "tag", "company", or the name of a source), and the words that
    matched. ``url`` leads to where they stand, ``label`` says where that is. ``nearly``: what was typed is a slip away.
    """

    kind: str
    parts: Parts
    icon: str = ""
    label: Any = ""
    url: str = ""
    nearly: bool = False

    @property
    def text(self) -> str:
        """The words, unmarked."""
        return "".join(part for part, _is_marked in self.parts)


@dataclass(slots=True)
class Hit:
    """A person who was found."""

    key: UUID
    rank: int
    why: list[Why] = field(default_factory=list)
    needles: set[str] = field(default_factory=set)
    profile: Profile | None = None
    name: Parts = field(default_factory=list)


class Hits:
    """The people who were found so far, at most ``most`` of them; ``cut``: there may be more."""

    def __init__(self, most: int) -> None:
        self.most, self.cut = most, False
        self._by_key: dict[UUID, Hit] = {}

    def __len__(self) -> int:
        return len(self._by_key)

    @property
    def is_full(self) -> bool:
        """Nobody else is shown."""
        return len(self) >= self.most

    @property
    def best_rank(self) -> int:
        """How good the best reason is; more than any where nobody was found."""
        return min((hit.rank for hit in self._by_key.values()), default=SAID + 1)

    def add(self, key: UUID, rank: int, why: Why | None = None, needles: Iterable[str] = ()) -> None:
        """Add a person, or one more reason for one who is there. ``needles`` are marked in the name."""
        hit = self._by_key.get(key)
        if hit is None:
            if self.is_full:
                self.cut = True
                return
            hit = self._by_key[key] = Hit(key, rank)
        hit.rank = min(hit.rank, rank)
        hit.needles.update(needles)
        if why is not None and len(hit.why) < _MOST_REASONS and all(one.text != why.text for one in hit.why):
            hit.why.append(why)

    def best_first(self) -> list[Hit]:
        """Return them; within one rank in the order in which they were found."""
        return sorted(self._by_key.values(), key=lambda hit: hit.rank)


def with_profiles(hits: list[Hit]) -> list[Hit]:
    """Read the profiles and their open addresses. Two queries. Who is gone meanwhile is left out."""
    addresses = Prefetch("identities", Identity.objects.filter(valid_to=None).order_by("-preferred", "key"))
    read = Profile.objects.canonical().prefetch_related(addresses).in_bulk([hit.key for hit in hits])
    for hit in hits:
        hit.profile = read.get(hit.key)
    return [hit for hit in hits if hit.profile is not None]
