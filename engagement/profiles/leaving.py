"""What of customers is with a person: contacts, companies, deals, imports. Registered with ``responsibilities``."""

from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from engagement.profiles.actions.deals import change_owner
from engagement.profiles.models import Company, Deal, PeopleImport, Profile
from engagement.sorting import by_name
from engagement.village import responsibilities
from engagement.village.models import User
from engagement.village.responsibilities import Held, Responsibility

_UNFINISHED = ("uploaded", "reading", "checking", "checked", "running")


def _contacts(person: User) -> QuerySet[Profile]:
    return Profile.objects.filter(owner=person, erased_at=None).order_by("-key")


def _describe_contact(profile: Profile) -> Held:
    return Held(str(profile), reverse("profiles:profile", args=[profile.pk]))


def _give_contacts(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    return _contacts(person).order_by().update(owner=to)


def _companies(person: User) -> QuerySet[Company]:
    return Company.objects.filter(owner=person).order_by(*by_name())


def _describe_company(company: Company) -> Held:
    return Held(str(company), reverse("profiles:company", args=[company.pk]))


def _give_companies(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    return _companies(person).order_by().update(owner=to)


def _deals(person: User) -> QuerySet[Deal]:
    return Deal.objects.open().filter(owner=person).order_by("closes_on", "key")


def _describe_deal(deal: Deal) -> Held:
    return Held(deal.title, reverse("profiles:deal", args=[deal.pk]))


def _give_deals(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    if to is None:
        return 0
    rows = list(_deals(person))
    for deal in rows:
        change_owner(deal_id=deal.pk, owner=to, actor=actor, now=now)
    return len(rows)


def _ask_again(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    """Let somebody else be asked about each deal, also where the leaver was asked before; nothing is released."""
    _deals(person).order_by().update(asked_at=None)
    return 0


def _imports(person: User) -> QuerySet[PeopleImport]:
    return PeopleImport.objects.filter(made_by=person, status__in=_UNFINISHED).order_by("-key")


def _describe_import(row: PeopleImport) -> Held:
    return Held(str(row), reverse("profiles:import", args=[row.pk]))


def _give_imports(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    return 0 if to is None else _imports(person).order_by().update(made_by=to)


def register() -> None:
    """Called once, when the app is ready."""
    responsibilities.register(
        Responsibility(
            name="profiles.contacts",
            label=_("Contacts that they own"),
            rows=_contacts,
            describe=_describe_contact,
            hand_over=_give_contacts,
            unassigned=_("No owner"),
            permission="profiles.view_profile",
            view="profiles.view_profile",
            order=40,
        ),
        Responsibility(
            name="profiles.companies",
            label=_("Companies that they own"),
            rows=_companies,
            describe=_describe_company,
            hand_over=_give_companies,
            unassigned=_("No owner"),
            permission="profiles.view_profile",
            view="profiles.view_profile",
            order=41,
        ),
        Responsibility(
            name="profiles.deals",
            label=_("Open deals"),
            rows=_deals,
            describe=_describe_deal,
            hand_over=_give_deals,
            permission="profiles.change_deal",
            view="profiles.view_deal",
            hint=_("A deal needs an owner: it may hold back its customer's marketing."),
            order=42,
            on_close=_ask_again,
        ),
        Responsibility(
            name="profiles.imports",
            label=_("Imports that are not finished"),
            rows=_imports,
            describe=_describe_import,
            hand_over=_give_imports,
            permission="profiles.add_peopleimport",
            view="profiles.add_peopleimport",
            order=43,
        ),
    )
