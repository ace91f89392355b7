"""Write down a company, and change what is known of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from engagement.events.catalogue import CompanyChanged
from engagement.events.outbox import publish
from engagement.profiles.companies.domains import domain_in
from engagement.profiles.companies.refusals import Circle, CompanyRefused, DomainTaken, NameTaken
from engagement.profiles.models import Company, CompanyDomain
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

DEEPEST = 20  # floors of one tree: more is a mistake, and pages draw all of them


class Facts(TypedDict, total=False):
    """What to change of a company; what is left out stays as it is."""

    name: str
    domains: Sequence[str]
    parent_id: UUID | None
    owner_id: UUID | None
    country: str


def add_company(*, facts: Facts, actor: User | None, now: datetime, origin: Origin = NOWHERE) -> Company:
    """Write down a company. Raises NameTaken, DomainTaken, CompanyRefused."""
    if not _name_in(facts.get("name", "")):
        raise CompanyRefused(_("Say what the company is called."), "name")
    with transaction.atomic():
        company = Company(created_at=now, changed_at=now)
        _write(company, facts)
        _refuse(company, ["parent_id"])
        Company.objects.bulk_create([company], ignore_conflicts=True)
        if not Company.objects.filter(key=company.key).exists():
            raise NameTaken(company.name)
        _put_domains(company, facts.get("domains", ()))
        _tell(company, "added", [], actor, now, origin)
    return company


def change_company(
    *, company_id: UUID, facts: Facts, actor: User | None, now: datetime, origin: Origin = NOWHERE
) -> Company:
    """Change a company. Safe to repeat: what is so already is no change.

    Two who build a circle at once wait for each other, and the second is refused. Raises Circle, NameTaken,
    DomainTaken, CompanyRefused, Company.DoesNotExist.
    """
    with transaction.atomic():
        if facts.get("parent_id"):
            lock_trees()
        company = Company.objects.select_for_update(no_key=True).get(key=company_id)
        before = {name: getattr(company, name) for name in _COLUMNS}
        _write(company, facts)
        changed = [name for name in _COLUMNS if getattr(company, name) != before[name]]
        _refuse(company, changed)
        told = [name.removesuffix("_id") for name in changed]
        if "domains" in facts and _put_domains(company, facts["domains"]):
            told.append("domains")
        if told:
            company.changed_at = now
            company.save(update_fields=[*changed, "changed_at"])
            _tell(company, "changed", told, actor, now, origin)
    return company


def company_named(*, name: str, actor: User | None, now: datetime, origin: Origin = NOWHERE) -> Company:
    """Return the company of this name, written down if there is none. Of any number of parallel calls one makes it.

    Raises CompanyRefused for an empty name.
    """
    name = _name_in(name)
    while True:
        found = Company.objects.named(name).first()
        if found is not None:
            return found
        try:
            return add_company(facts={"name": name}, actor=actor, now=now, origin=origin)
        except NameTaken:
            continue  # somebody was first: theirs is there to be read now


def lock_trees() -> None:
    """Let nobody else change what belongs to what until the transaction ends; the trigger takes the same lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT profiles_lock_company_trees()")


_COLUMNS = ("name", "parent_id", "owner_id", "country")


def _name_in(text: str) -> str:
    return " ".join(text.replace("\x00", " ").split())[:200]


def _write(company: Company, facts: Facts) -> None:
    given: dict[str, Any] = {name: facts[name] for name in _COLUMNS if name in facts}  # type: ignore[literal-required]
    if "name" in given:
        given["name"] = _name_in(given["name"])
        if not given["name"]:
            raise CompanyRefused(_("Say what the company is called."), "name")
    if "country" in given:
        given["country"] = given["country"].strip().upper()
        if given["country"] and not (
            len(given["country"]) == 2 and given["country"].isascii() and given["country"].isalpha()
        ):
            raise CompanyRefused(_("Two letters, such as BR or NO."), "country")
    for name, value in given.items():
        setattr(company, name, value)


def _refuse(company: Company, changed: Sequence[str]) -> None:
    if "name" in changed and Company.objects.named(company.name).exclude(key=company.key).exists():
        raise NameTaken(company.name)
    if "parent_id" in changed and company.parent_id:
        _refuse_circle(company)


_ABOVE = """
WITH RECURSIVE above (key, parent_id, floor) AS (
    SELECT key, parent_id, 1 FROM profiles_company WHERE key = %s
    UNION ALL
    SELECT up.key, up.parent_id, above.floor + 1
    FROM profiles_company up JOIN above ON up.key = above.parent_id WHERE above.floor <= %s
)
SELECT key, floor FROM above
"""


def _refuse_circle(company: Company) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [company.parent_id, DEEPEST])
        above = dict(cursor.fetchall())
    if company.key in above:
        raise Circle(_("This company stands above that one already: it cannot belong to it as well."))
    if len(above) >= DEEPEST:
        raise Circle(_("A company stands at most %(floors)d floors deep.") % {"floors": DEEPEST})


def _put_domains(company: Company, given: Sequence[str]) -> bool:
    """Make them the company's; True when that changed something."""
    wanted = {domain_in(text) for text in given}
    had = set(CompanyDomain.objects.filter(company=company).values_list("domain", flat=True))
    CompanyDomain.objects.filter(company=company, domain__in=had - wanted).delete()
    rows = [CompanyDomain(domain=domain, company=company) for domain in sorted(wanted - had)]
    CompanyDomain.objects.bulk_create(rows, ignore_conflicts=True)
    theirs = CompanyDomain.objects.filter(domain__in=wanted).exclude(company=company).select_related("company").first()
    if theirs is not None:
        raise DomainTaken(theirs.domain, theirs.company.name)
    return wanted != had


def _tell(company: Company, change: str, fields: list[str], actor: User | None, now: datetime, origin: Origin) -> None:
    actor_id = actor.pk if actor else None
    publish(CompanyChanged(company_id=company.key, change=change, fields=fields, actor_id=actor_id, at=now), now=now)
    detail = {"fields": fields} if fields else {}
    record(actor=actor, action=f"company.{change}", subject=company, now=now, detail=detail, origin=origin)
