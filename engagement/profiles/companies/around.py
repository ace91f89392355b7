"""What stands around a person: where they work, who belongs with them, whose customer they are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from engagement.profiles.companies.household import Member, household_of
from engagement.profiles.doors import Asked
from engagement.profiles.models.company import SYMMETRICAL, Relation
from engagement.profiles.panels import Panel
from engagement.statements import rows

# What somebody is, seen from the other side.
SEEN_FROM_THE_OTHER = {"parent": _("child of"), "guardian": _("is spoken for by"), "referrer": _("brought by")}


@dataclass(frozen=True, slots=True)
class Work:
    """One place where a person works."""

    key: UUID
    company_id: UUID
    company: str
    position: str
    since: date | None
    primary: bool


@dataclass(frozen=True, slots=True)
class Tie:
    """Another person, and what the one who is looked at is to them: "lives with", "child of"."""

    key: UUID
    profile_id: UUID
    name: str
    label: Any
    since: date | None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """All of it, for one person; ``owner`` is empty where they are nobody's customer. ``household``: whoever lives with
    them, also through others; those who are written down beside them are among ``ties`` as well.
    """

    work: list[Work] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)
    owner: str = ""
    household: list[Member] = field(default_factory=list)

    @property
    def other_ties(self) -> list[Tie]:
        """The ties besides those of the household."""
        return [tie for tie in self.ties if tie.kind != Relation.Kind.HOUSEHOLD]


# By keys, so that each part looks into an index. The other side of a relation is read through its canonical profile.
_AROUND = """
SELECT 0, work.key, company.key, company.name, work.position, work.since, work."primary"
FROM profiles_employment work JOIN profiles_company company ON company.key = work.company_id
WHERE work.profile_id = ANY(%(family)s) AND work.until IS NULL
UNION ALL
SELECT 1, tie.key, head.key, head.name, tie.kind, tie.since, true
FROM profiles_relation tie JOIN profiles_profile one ON one.key = tie.other_id
JOIN profiles_profile head ON head.key = coalesce(one.canonical_id, one.key)
WHERE tie.profile_id = ANY(%(family)s) AND tie.until IS NULL AND head.key <> ALL(%(family)s)
UNION ALL
SELECT 1, tie.key, head.key, head.name, tie.kind, tie.since, false
FROM profiles_relation tie JOIN profiles_profile one ON one.key = tie.profile_id
JOIN profiles_profile head ON head.key = coalesce(one.canonical_id, one.key)
WHERE tie.other_id = ANY(%(family)s) AND tie.until IS NULL AND head.key <> ALL(%(family)s)
UNION ALL
SELECT 2, owner.key, owner.key, owner.name, '', NULL, true
FROM profiles_profile person JOIN village_user owner ON owner.key = person.owner_id WHERE person.key = %(head)s
ORDER BY 1, 7 DESC, 2
"""


def around(family: Sequence[UUID]) -> Around:
    """Return what stands around a person now; each company and each tie once. One query, and one for a household."""
    found = Around()
    owner, seen = "", set()
    for part, key, other, name, word, since, first in rows(_AROUND, {"family": list(family), "head": family[0]}):
        if part == 0 and other not in seen:
            seen.add(other)
            found.work.append(Work(key, other, name, word, since, first))
        elif part == 1:
            label = Relation.Kind(word).label if first or word in SYMMETRICAL else SEEN_FROM_THE_OTHER[word]
            if (other, label) not in seen:
                seen.add((other, label))
                found.ties.append(Tie(key, other, name, label, since, word))
        elif part == 2:
            owner = name
    lives_with = any(tie.kind == Relation.Kind.HOUSEHOLD for tie in found.ties)
    return Around(found.work, found.ties, owner, household_of(family[0]) if lives_with else [])


def _drawn(asked: Asked) -> dict[str, Any]:
    return {"around": around(asked.family), "person": asked.profile, "reader": asked.reader}


PANEL = Panel(
    "around", _("Around them"), "profiles/parts/around.html", _drawn, "profiles.view_profile", place="side", order=10
)
