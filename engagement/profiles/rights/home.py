"""What a counselor finds on the home page: what people asked about their data, due first."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from engagement.profiles.models import DataRequest
from engagement.profiles.rights import queue
from engagement.ui.home import Item, Section
from engagement.village.models import User

_SHOWN = 6


def sections(user: User, now: datetime) -> Iterator[Section]:
    """Yield what is due first. One query."""
    if not user.has_perm("profiles.answer_datarequest"):
        return
    yield Section(
        title=_("Data requests"),
        empty=_("Nobody waits for an answer about their data."),
        url=reverse("profiles:requests"),
        order=9,
        items=[_item(request, now) for request in queue.soonest(_SHOWN)],
    )


def _item(request: DataRequest, now: datetime) -> Item:
    return Item(
        what=capfirst(f"{request.get_kind_display()}, {request.profile.name or _('Nameless')}"),
        why=capfirst(f"{request.get_state_display()}."),
        url=reverse("profiles:request", args=[request.pk]),
        icon="pause" if request.state == DataRequest.State.HELD else "shield-check",
        due_at=request.due_at,
        failed=request.is_late(now),
    )
