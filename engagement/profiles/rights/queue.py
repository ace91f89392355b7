"""Requests as the queue, the home page and a person's page show them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q

from engagement.profiles.models import DataRequest
from engagement.profiles.models.data_request import WAITING
from engagement.profiles.rights.telling import TOPIC
from engagement.ui.cursors import Cursors

PAGE = 50
_CURSORS = Cursors("data-requests")


def page(*, closed: bool, cursor: str) -> tuple[list[DataRequest], str]:
    """Return a page of requests, those due first (or the last closed first), and the cursor of the next page.

    Raises BadCursor.
    """
    name, field = ("closed", "closed_at") if closed else ("waiting", "due_at")
    found = DataRequest.objects.exclude(state__in=WAITING) if closed else DataRequest.objects.waiting()
    found = found.select_related("profile", "closed_by").order_by(
        *(("-closed_at", "-key") if closed else ("due_at", "key"))
    )
    place = _CURSORS.place_of(name, cursor)
    if place:
        way = "lt" if closed else "gt"
        later = Q(**{f"{field}__{way}": place[0]}) | Q(**{field: place[0], f"key__{way}": place[1]})
        found = found.filter(later)
    rows = list(found[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return rows[:PAGE], _CURSORS.seal(name, [getattr(last, field), last.key]) if last else ""


def waiting_count(user: Any) -> int:
    """Count what waits for an answer."""
    return DataRequest.objects.waiting().count()


def topic(user: Any) -> str:
    """The live topic of the queue."""
    return TOPIC


def soonest(limit: int) -> list[DataRequest]:
    """Return those that are due first."""
    return list(DataRequest.objects.waiting().due_first().select_related("profile")[:limit])


def of_person(family: Sequence[UUID]) -> list[DataRequest]:
    """Return every request of a person, the newest first."""
    return list(DataRequest.objects.filter(profile_id__in=family).select_related("closed_by").order_by("-key"))
