"""What data requests put on others' pages: a room, a door, a section of the home page, names of the trail."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from engagement.profiles import doors
from engagement.profiles.rights import holdings, home, queue
from engagement.profiles.rights.held import house, imports, people
from engagement.realtime import topics
from engagement.ui import home as homes
from engagement.ui import rooms
from engagement.village import action_names
from engagement.village.models import User

ANSWERS = "profiles.answer_datarequest"
NAMES = {
    "data_request.filed": _("Wrote down a request about a person's data"),
    "data_request.asked_who": _("Asked who it is that requests data"),
    "data_request.verified": _("Checked who it is that requests data"),
    "data_request.law_changed": _("Put a data request under another law"),
    "data_request.extended": _("Extended a data request"),
    "data_request.held": _("Held an erasure because of a legal hold"),
    "data_request.released": _("Released an erasure: no legal hold stands"),
    "data_request.file_asked": _("Had a person's file made"),
    "data_request.file_taken": _("Took a person's file"),
    "data_request.confirmed": _("Confirmed an erasure, as the first of two"),
    "data_request.erasing": _("Had a person erased"),
    "data_request.answered": _("Answered a data request"),
    "data_request.refused": _("Refused a data request"),
    "data_request.cancelled": _("Took a data request back"),
    "legal_hold.set": _("Set a legal hold"),
    "legal_hold.lifted": _("Lifted a legal hold"),
}


def register() -> None:
    """Called once, when the app is ready."""
    rooms.register(
        rooms.Room(
            "data-requests",
            _("Data requests"),
            "shield-check",
            "profiles:requests",
            ANSWERS,
            order=35,
            count=queue.waiting_count,
            topic=queue.topic,
        )
    )
    doors.register(doors.Frame("data-requests", _doors, "profiles.add_datarequest", order=60))
    homes.register("Counselor", home.sections)
    topics.register("data-requests", _may_listen)
    action_names.register(NAMES)
    holdings.register(*people.HOLDINGS, *house.HOLDINGS, *imports.HOLDINGS)


def _may_listen(user: User, _key: str) -> bool:
    return user.has_perm(ANSWERS)


def _doors(asked: doors.Asked) -> Sequence[doors.Door]:
    return [
        doors.Door(
            _("Data request"),
            reverse("profiles:person-requests", args=[asked.family[0]]),
            "shield-check",
            is_seldom=True,
        )
    ]
