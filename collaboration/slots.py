"""What this app puts on others' pages: rooms in the band, keys, commands, sections of home pages."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collaboration.selectors import news, reviews, work
from engagement.profiles import doors, panels
from engagement.ui import commands, rooms


def register() -> None:
    """Called once, when the app is ready."""
    rooms.register(
        rooms.Room(
            "work", _("Work"), "square-check-big", "collaboration:work", "collaboration.view_task", 20, _waiting, _mine
        )
    )
    rooms.register(
        rooms.Room(
            "review",
            _("Review"),
            "scale",
            "collaboration:reviews",
            "collaboration.view_approvalrequest",
            30,
            reviews.waiting_count,
            _reviews,
        )
    )
    label, count = _("Notifications"), news.unseen_count
    rooms.register(
        rooms.Room("notifications", label, "bell", "collaboration:notifications", "", 950, count, _mine, place="foot")
    )
    panels.register(
        panels.Panel(
            "open-now",
            _("Open now"),
            "collaboration/panel.html",
            work.open_for,
            "collaboration.view_task",
            place="now",
            order=20,
        )
    )
    doors.register(doors.Frame("notes", _doors, "collaboration.add_note", order=10))
    commands.register(
        commands.Command(
            "notification-preferences", _("What reaches me how"), "bell", "collaboration:preferences", order=60
        )
    )


def _doors(asked: doors.Asked) -> Sequence[doors.Door]:
    return [doors.Door(_("Leave a note"), reverse("collaboration:notes", args=[asked.family[0]]), "lock")]


def _waiting(user: Any) -> int:
    return work.waiting_count(user, timezone.now())


def _mine(user: Any) -> str:
    return f"user:{user.pk}"


def _reviews(user: Any) -> str:
    return "reviews:all"
