"""The people behind a figure of a campaign, a page at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Recipient
from campaigns.models.recipient import SOURCE
from campaigns.reasons import reason
from campaigns.selectors.progress import DELIVERED, LOST, ON_ITS_WAY
from engagement.channels.models import Transmission
from engagement.profiles.models import Profile

PAGE = 50
State = Transmission.State
LISTS: dict[str, Any] = {
    "all": _("Everybody of it"),
    "written": _("Written to"),
    "delivered": _("Delivered"),
    "accepted": _("Accepted, no receipt yet"),
    "lost": _("Did not arrive"),
    "waiting": _("To send"),
    "read": _("Read"),
    "answered": _("Answered"),
    "unsubscribed": _("Unsubscribed"),
    "fell-back": _("Got the e-mail instead of the SMS"),
    "skipped": _("Not written to"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """One line. ``message``: what became of the last message to them, None before it was queued."""

    recipient: Recipient
    name: str
    message: Transmission | None

    @property
    def why(self) -> Any:
        """What is so, in words."""
        if self.recipient.state == Recipient.State.SKIPPED:
            return reason(self.recipient.code).says
        if self.message is None:
            return self.recipient.get_state_display()
        return self.message.get_state_display()


@dataclass(frozen=True, slots=True)
class Page:
    """Some people and the key after which the next page begins."""

    people: Sequence[Person]
    next_after: UUID | None


def people(*, campaign: Campaign, which: str, code: str = "", after: UUID | None = None, size: int = PAGE) -> Page:
    """Return a page of one of LISTS; ``code`` narrows those who were not written to. Three queries."""
    found = _found(campaign, which, code)
    if after is not None:
        found = found.filter(key__gt=after)
    rows = list(found.order_by("key")[: size + 1])
    return Page(_with_names(rows[:size]), rows[size - 1].key if len(rows) > size else None)


def everyone(*, campaign: Campaign, which: str, code: str = "", size: int = 1000) -> Iterator[Person]:
    """Yield everybody of a list, some hundreds at a time."""
    page = people(campaign=campaign, which=which, code=code, size=size)
    yield from page.people
    while page.next_after is not None:
        page = people(campaign=campaign, which=which, code=code, after=page.next_after, size=size)
        yield from page.people


def _found(campaign: Campaign, which: str, code: str) -> QuerySet[Recipient]:
    everybody = Recipient.objects.filter(campaign=campaign)
    states = {"delivered": DELIVERED, "accepted": [State.ACCEPTED], "lost": LOST, "read": [State.READ]}
    if which in states:
        found = everybody.filter(Exists(_messages().filter(state__in=states[which])))
        return found.exclude(Exists(_messages().exclude(state__in=LOST))) if which == "lost" else found
    if which == "waiting":
        return everybody.filter(Q(state=Recipient.State.WAITING) | Exists(_messages().filter(state__in=ON_ITS_WAY)))
    if which == "skipped":
        skipped = everybody.filter(state=Recipient.State.SKIPPED)
        return skipped.filter(code=code) if code else skipped
    narrowed = {
        "written": Q(state=Recipient.State.QUEUED),
        "answered": Q(answered_at__isnull=False),
        "unsubscribed": Q(unsubscribed_at__isnull=False),
        "fell-back": Q(fell_back_at__isnull=False),
    }
    return everybody.filter(narrowed.get(which, Q()))


def _messages() -> QuerySet[Transmission]:
    return Transmission.objects.filter(source=SOURCE, source_id=OuterRef("key"))


def _with_names(rows: Sequence[Recipient]) -> list[Person]:
    names = dict(Profile.objects.filter(pk__in=[row.profile_id for row in rows]).values_list("pk", "name"))
    messages = {
        row.source_id: row
        for row in Transmission.objects.filter(source=SOURCE, source_id__in=[row.key for row in rows]).order_by("key")
    }
    return [Person(row, names.get(row.profile_id, "") or row.address, messages.get(row.key)) for row in rows]


def last_change(person: Person) -> datetime:
    """When the line last changed."""
    return person.message.state_at if person.message else person.recipient.created_at
