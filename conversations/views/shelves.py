"""The views on the left: what they are called, where they lead, how much stands in each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.models import Queue
from conversations.selectors.counts import MOST as MAX_COUNTED
from engagement.village.models import User


@dataclass(frozen=True)
class Place:
    """One line of the views."""

    name: str
    label: Any
    icon: str
    url: str
    count: int | None
    is_current: bool
    is_urgent: bool = False
    is_capped: bool = False  # there are more than ``count``


@dataclass(frozen=True)
class Shelf:
    """A group of views; the first one has no title."""

    title: Any
    places: list[Place]


@dataclass(frozen=True)
class Look:
    """How a view is called, and what its empty list says."""

    label: Any
    icon: str
    empty: Any


LOOKS = {
    "mine": Look(gettext_lazy("Mine"), "user", gettext_lazy("Nothing waits for you")),
    "unassigned": Look(gettext_lazy("Unassigned"), "circle-dashed", gettext_lazy("Somebody has every conversation")),
    "mentions": Look(gettext_lazy("Mentions"), "at-sign", gettext_lazy("Nobody has mentioned you")),
    "snoozed": Look(gettext_lazy("Snoozed"), "moon", gettext_lazy("Nothing is asleep")),
    "all": Look(gettext_lazy("All open"), "inbox", gettext_lazy("Nobody waits here")),
    "resolved": Look(gettext_lazy("Resolved"), "check", gettext_lazy("Nothing has been resolved yet")),
    "late": Look(gettext_lazy("Late"), "alarm-clock", gettext_lazy("No answer is late")),
    "due": Look(gettext_lazy("Due within 1 h"), "clock", gettext_lazy("No answer is due within an hour")),
}
ATTEND = ("mine", "unassigned", "mentions", "snoozed", "all", "resolved")
DUE = ("late", "due")


def shelves(*, user: User, queues: Iterable[Queue], counts: dict[str, int], current: str) -> list[Shelf]:
    """The groups of views of one person, with exact counts. ``resolved`` has none: nobody works it off."""
    found = [
        Shelf("", [_place(name, counts, current) for name in ATTEND]),
        Shelf(_("Due"), [_place(name, counts, current) for name in DUE]),
        Shelf(_("Queues"), [_queue(queue, counts, current) for queue in queues]),
        Shelf(_("Needs attention"), _attention(counts, current)),
    ]
    return [shelf for shelf in found if shelf.places]


def _place(name: str, counts: dict[str, int], current: str) -> Place:
    look = LOOKS[name]
    count = None if name == "resolved" else counts.get(name, 0)
    is_capped = name in DUE and count is not None and count > MAX_COUNTED
    url = reverse("conversations:list", args=[name])
    return Place(
        name,
        look.label,
        look.icon,
        url,
        MAX_COUNTED if is_capped else count,
        current == name,
        is_urgent=name == "late",
        is_capped=is_capped,
    )


def _queue(queue: Queue, counts: dict[str, int], current: str) -> Place:
    name = f"queue:{queue.slug}"
    url = reverse("conversations:list", args=[name])
    return Place(name, str(queue), queue.icon, url, counts.get(name, 0), current == name)


def _attention(counts: dict[str, int], current: str) -> list[Place]:
    if "attention" not in counts:
        return []
    url = reverse("conversations:attention")
    label = _("Delivery problems")
    return [Place("attention", label, "circle-x", url, counts["attention"], current == "attention", is_urgent=True)]


def title_of(view: str, queues: Iterable[Queue]) -> str:
    """What a list is called."""
    if view in LOOKS:
        return str(LOOKS[view].label)
    return next((str(queue) for queue in queues if view == f"queue:{queue.slug}"), _("Queue"))
