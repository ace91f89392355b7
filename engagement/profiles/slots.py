"""What this app puts on others' pages: rooms, palette, figures, timeline sources, live topics, names of the trail."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from engagement.profiles import figures, home, moments, panels, timeline
from engagement.profiles.companies import around
from engagement.profiles.declaring import slots as declaring
from engagement.profiles.merging import slots as merging
from engagement.profiles.search import statements
from engagement.profiles.search.asked import query_of
from engagement.profiles.search.find import find
from engagement.profiles.search.nearly import companies
from engagement.profiles.selectors import deals
from engagement.realtime import topics
from engagement.ui import commands, rooms
from engagement.ui import home as homes
from engagement.village import action_names
from engagement.village.models import User

READ = "profiles.view_profile"
SEE_IMPORTS = "profiles.view_peopleimport"
FOUND = 6


def register() -> None:
    """Called once, when the app is ready."""
    rooms.register(rooms.Room("people", _("People"), "users", "profiles:people", READ, order=20))
    rooms.register(rooms.Room("deals", _("Deals"), "hand-coins", "profiles:deals", "profiles.change_deal", order=25))
    panels.register(around.PANEL)
    declaring.register()
    merging.register()
    for source in moments.SOURCES:
        timeline.register(source)
    figures.register(figures.Counter("deals", deals.figure, "profiles.view_deal", order=40))
    topics.register("profile", _may_listen)
    rooms.register(
        rooms.Room("imports", _("Imports"), "upload", "profiles:imports", "profiles.add_peopleimport", order=22)
    )
    topics.register("import", _may_follow_imports)
    topics.register("block-list", lambda user, _key: user.has_perm("profiles.add_suppression"))
    topics.register("imports", _may_follow_imports)
    commands.register(
        commands.Command(
            "imports", _("Imports of people"), "upload", "profiles:imports", SEE_IMPORTS, words=_("CSV, spreadsheet")
        )
    )
    commands.register(
        commands.Command("export", _("Export people"), "download", "profiles:export", "profiles.export_people")
    )
    homes.register("Merchant", home.sections)
    commands.register_source(commands.Source("people", _("People"), _found, READ, order=10))
    commands.register_source(
        commands.Source("companies", _("Companies"), _companies_found, "profiles.view_company", order=15)
    )
    commands.register(
        commands.Command("companies", _("Companies"), "building-2", "profiles:companies", "profiles.view_company")
    )
    commands.register(commands.Command("deals", _("Deals"), "hand-coins", "profiles:deals", "profiles.view_deal"))
    commands.register(
        commands.Command(
            "suppressions",
            _("Suppressed addresses"),
            "circle-slash",
            "profiles:suppressions",
            "profiles.view_suppression",
            words=_("block list, do not contact"),
        )
    )
    action_names.register(NAMES)


def _may_follow_imports(user: User, key: str) -> bool:
    """Whoever may see imports."""
    return user.has_perm(SEE_IMPORTS)


NAMES = {
    "people.exported": _("Exported people"),
    "people.file_taken": _("Uploaded a file of people"),
    "people.file_discarded": _("Threw a file of people away"),
    "people.import_started": _("Began to bring people in"),
    "people.import_stopped": _("Stopped an import of people"),
    "people.imported": _("Brought people in"),
    "people.import_undoing": _("Began to undo an import of people"),
    "people.import_undone": _("Undid an import of people"),
    "profile.changed": _("Changed what is known of a person"),
    "profile.attribute_uncovered": _("Looked at a sensitive attribute"),
    "identity.added": _("Wrote down an address of a person"),
    "identity.confirmed": _("Confirmed an address"),
    "identity.unconfirmed": _("Took back that an address is confirmed"),
    "identity.preferred": _("Preferred an address"),
    "identity.closed": _("Closed an address"),
    "identity.replaced": _("Put another id in the place of one"),
    "consent.given": _("Wrote down a consent"),
    "consent.withdrawn": _("Wrote down a withdrawal"),
    "suppression.made": _("Suppressed an address"),
    "suppression.list_taken": _("Uploaded a block list"),
    "suppression.list_failed": _("Found no number in a block list"),
    "suppression.list_added": _("Added numbers of a block list"),
    "suppression.list_ended": _("Ended a block list"),
    "suppression.lifted": _("Lifted a suppression"),
    "company.added": _("Wrote down a company"),
    "company.changed": _("Changed a company"),
    "employment.begun": _("Wrote down where a person works"),
    "employment.changed": _("Changed where a person works"),
    "employment.ended": _("Wrote down that a person left a company"),
    "relation.begun": _("Wrote down who belongs with a person"),
    "relation.ended": _("Wrote down that two people belong together no more"),
    "deal.opened": _("Opened a deal"),
    "deal.changed": _("Changed a deal"),
    "deal.held": _("Held a customer's marketing because of a deal"),
    "deal.released": _("Released a customer's marketing"),
    "deal.won": _("Won a deal"),
    "deal.lost": _("Lost a deal"),
}


def _may_listen(user: User, key: str) -> bool:
    """Whoever may open profiles."""
    try:
        UUID(key)
    except ValueError:
        return False
    return user.has_perm(READ)


def _found(user: Any, text: str) -> Iterator[commands.Found]:
    """The people whom the search finds by more than what they said, the best first, with what led to them."""
    for hit in find(text, reader=user, most=FOUND, said=False).hits:
        person = hit.profile
        if person is not None:
            addresses = [identity.address for identity in person.identities.all()]
            label = person.name or next(iter(addresses), "")
            note = hit.why[0].text if hit.why else next(iter(addresses), "")
            url = reverse("profiles:profile", args=[person.pk])
            yield commands.Found(label, url, note=note, initials=person.initials)


def _companies_found(user: Any, text: str) -> Iterator[commands.Found]:
    """The companies that are called so."""
    query = query_of(text)
    for key, name in (statements.companies(query.plain, FOUND) or companies(query)[:FOUND]) if query else ():
        yield commands.Found(name, reverse("profiles:company", args=[key]), icon="building-2")
