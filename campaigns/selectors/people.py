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
from campaigns.selectors.fallback import lost_after_the_end
from campaigns.selectors.figures import BEST_FIRST, OUTCOMES, on_other_channel
from engagement.channels.models import Transmission
from engagement.profiles.models import Profile

PAGE = 50
State = Transmission.State
LISTS: dict[str, Any] = {
    "all": _("Everybody of it"),
    "sent": _("Sent"),
    "delivered": _("Delivered"),
    "accepted": _("Sent, no receipt yet"),
    "unconfirmed": _("Unconfirmed"),
    "failed": _("Failed"),
    "waiting": _("To send"),
    "read": _("Read"),
    "answered": _("Replied"),
    "unsubscribed": _("Unsubscribed"),
    "other-channel": _("Email instead of SMS"),
    "skipped": _("Skipped"),
    "lost-after-end": _("SMS failed after the end, no email"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """One line. ``message``: the one of which most became, None before it was queued."""

    recipient: Recipient
    name: str
    message: Transmission | None

    @property
    def key(self) -> UUID:
        """The recipient's key, by which pages go on."""
        return self.recipient.key

    @property
    def status(self) -> str:
        """The code of the list of ``OUTCOMES`` that has the person, or ``skipped``."""
        if self.recipient.state == Recipient.State.SKIPPED:
            return "skipped"
        if self.message is None:
            return "waiting"
        return next((name for name, states in OUTCOMES.items() if self.message.state in states), "skipped")

    @property
    def reason_code(self) -> str:
        """Why they were not written to, or why their message failed; empty where nothing went wrong."""
        return self.recipient.code or (self.message.error_code if self.message else "")

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
    if which in OUTCOMES:
        return everybody.filter(_stands_at(which))
    if which == "lost-after-end":
        return lost_after_the_end(campaign)
    if which == "skipped":
        skipped = everybody.filter(state=Recipient.State.SKIPPED)
        return skipped.filter(code=code) if code else skipped
    bounced = Exists(_messages().filter(state=State.BOUNCED))
    narrowed = {
        "sent": _stands_at("delivered") | _stands_at("accepted") | (_stands_at("failed") & Q(bounced)),
        "read": Q(Exists(_messages().filter(state=State.READ))),
        "answered": Q(answered_at__isnull=False),
        "unsubscribed": Q(unsubscribed_at__isnull=False),
        "other-channel": on_other_channel(),
    }
    return everybody.filter(narrowed.get(which, Q()))


def _stands_at(outcome: str) -> Q:
    """Whose best message is in one of the outcome's states."""
    names = list(OUTCOMES)
    better = [state for name in names[: names.index(outcome)] for state in OUTCOMES[name]]
    found = Q(Exists(_messages().filter(state__in=OUTCOMES[outcome])))
    if better:
        found &= ~Q(Exists(_messages().filter(state__in=better)))
    return found | Q(state=Recipient.State.WAITING) if outcome == "waiting" else found


def _messages() -> QuerySet[Transmission]:
    return Transmission.objects.filter(source=SOURCE, source_id=OuterRef("key"))


def _with_names(rows: Sequence[Recipient]) -> list[Person]:
    names = dict(Profile.objects.filter(pk__in=[row.profile_id for row in rows]).values_list("pk", "name"))
    sent = Transmission.objects.filter(source=SOURCE, source_id__in=[row.key for row in rows]).order_by("key")
    messages = {row.source_id: row for row in sorted(sent, key=lambda one: -BEST_FIRST.index(State(one.state)))}
    return [Person(row, names.get(row.profile_id, "") or row.readable_address, messages.get(row.key)) for row in rows]


def last_change(person: Person) -> datetime:
    """When the line last changed."""
    return person.message.state_at if person.message else person.recipient.created_at
