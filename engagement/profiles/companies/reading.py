"""Companies as their pages show them: the list, the tree, who works there, what is being sold to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F

from engagement.profiles.models import Company, Deal, Employment
from engagement.profiles.models.profile import Plain
from engagement.profiles.selectors.deals import Row, rows
from engagement.profiles.wording import plain
from engagement.statements import rows as select_rows

PAGE = 50
MOST_FLOORS, MOST_IN_TREE = 25, 200


@dataclass(frozen=True, slots=True)
class Line:
    """A company in the list; ``people``: how many work there, ``deals``: how many of its own deals are open."""

    company: Company
    people: int
    deals: int


def page(*, search: str, after: str) -> tuple[list[Line], str]:
    """Return a page of companies by name, and what to ask on after ("" on the last one). Four queries."""
    found = Company.objects.containing(search).annotate(plain=Plain(F("name")))
    if after:
        found = found.filter(plain__gt=plain(after))
    companies = list(found.select_related("parent", "owner").prefetch_related("domains").order_by("plain")[: PAGE + 1])
    keys = [company.pk for company in companies[:PAGE]]
    people = _counts(Employment.objects.filter(company__in=keys, until=None))
    deals = _counts(Deal.objects.open().filter(company__in=keys))
    lines = [Line(one, people.get(one.pk, 0), deals.get(one.pk, 0)) for one in companies[:PAGE]]
    return lines, companies[PAGE - 1].name if len(companies) > PAGE else ""


def _counts(found: Any) -> dict[UUID, int]:
    return dict(found.order_by().values_list("company").annotate(number=Count("key")))


@dataclass(frozen=True, slots=True)
class Branch:
    """A company in its tree; ``floor`` 0 is the one that stands above all."""

    key: UUID
    name: str
    floor: int
    country: str


_TREE = """
WITH RECURSIVE above (key, parent_id, floor) AS (
    SELECT key, parent_id, 0 FROM profiles_company WHERE key = %(company)s
    UNION ALL
    SELECT up.key, up.parent_id, above.floor + 1 FROM profiles_company up JOIN above ON up.key = above.parent_id
    WHERE above.floor < %(floors)s
), tree (key, name, country, floor, place) AS (
    SELECT top.key, top.name, top.country, 0, ARRAY[profiles_plain(top.name)]
    FROM profiles_company top WHERE top.key = (SELECT key FROM above ORDER BY floor DESC LIMIT 1)
    UNION ALL
    SELECT part.key, part.name, part.country, tree.floor + 1, tree.place || profiles_plain(part.name)
    FROM profiles_company part JOIN tree ON part.parent_id = tree.key WHERE tree.floor < %(floors)s
)
SELECT key, name, floor, country FROM tree ORDER BY place LIMIT %(most)s
"""


def tree_of(company_id: UUID) -> list[Branch]:
    """Return the whole tree in which a company stands, from above, at most 200 of it. One query."""
    found = select_rows(_TREE, {"company": company_id, "floors": MOST_FLOORS, "most": MOST_IN_TREE})
    return [Branch(key=row[0], name=row[1], floor=row[2], country=row[3]) for row in found]


def people_of(company_id: UUID, *, after: UUID | None = None) -> tuple[list[Employment], UUID | None]:
    """Return who works at a company, the newest first, each with the profile that is read for them; and the key to
    ask on from. One query.
    """
    found = Employment.objects.filter(company=company_id, until=None)
    if after is not None:
        found = found.filter(key__lt=after)
    work = list(found.select_related("profile__canonical").order_by("-key")[: PAGE + 1])
    for row in work:
        row.profile = row.profile.canonical or row.profile
    return work[:PAGE], work[PAGE - 1].key if len(work) > PAGE else None


_DEALS = """
WITH RECURSIVE below (key) AS (
    SELECT %(company)s::uuid
    UNION
    SELECT part.key FROM profiles_company part JOIN below ON part.parent_id = below.key
), people (key) AS (
    SELECT DISTINCT coalesce(one.canonical_id, one.key) FROM below
    JOIN profiles_employment work ON work.company_id = below.key AND work.until IS NULL
    JOIN profiles_profile one ON one.key = work.profile_id
), family (key) AS (
    SELECT key FROM people
    UNION
    SELECT merged.key FROM people JOIN profiles_profile merged ON merged.canonical_id = people.key
)
SELECT deal.key FROM below JOIN profiles_deal deal ON deal.company_id = below.key
WHERE deal.stage NOT IN ('won', 'lost')
UNION
SELECT deal.key FROM family JOIN profiles_deal deal ON deal.profile_id = family.key
WHERE deal.stage NOT IN ('won', 'lost')
ORDER BY 1 DESC LIMIT %(most)s
"""


def deals_of(company_id: UUID, now: datetime) -> list[Row]:
    """Return the open deals of a company, of what belongs to it and of all who work there, the newest 50, each with
    what is about to reach its customer. Two queries and those of what is about to be sent.
    """
    keys = [row[0] for row in select_rows(_DEALS, {"company": company_id, "most": PAGE})]
    deals = Deal.objects.filter(key__in=keys).select_related("profile", "owner", "company").order_by("-key")
    return rows(list(deals) if keys else [], now)


def names(search: str, most: int = 8) -> list[str]:
    """Return names that begin with a text, then names that contain it. Two queries."""
    wanted = plain(" ".join(search.replace("\x00", " ").split()))[:200]
    if not wanted:
        return []
    found = Company.objects.annotate(plain=Plain(F("name"))).order_by("plain")
    begin = list(found.filter(plain__startswith=wanted).values_list("name", flat=True)[:most])
    contain = found.filter(plain__contains=wanted).exclude(plain__startswith=wanted).values_list("name", flat=True)
    return [*begin, *contain[: most - len(begin)]] if len(begin) < most else begin
