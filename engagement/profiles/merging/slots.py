"""What merging puts on others' pages: a way from a person's page, the palette, names of the trail."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from engagement.profiles import doors, panels
from engagement.profiles.selectors import merging
from engagement.ui import commands
from engagement.village import action_names

MAY = "profiles.merge_profile"
NAMES = {
    "profile.merged": _("Put two people together"),
    "profile.merge_undone": _("Took two people apart"),
    "profile.told_apart": _("Said that two people are not the same"),
}


def register() -> None:
    """Called once, when the app is ready."""
    doors.register(doors.Frame("merging", _doors, MAY, order=80))
    panels.register(
        panels.Panel("merges", _("Put together from"), "profiles/parts/merges.html", _merges, MAY, "side", 90)
    )
    commands.register(commands.Command("duplicates", _("May be one person"), "git-merge", "profiles:duplicates", MAY))
    action_names.register(NAMES)


def _doors(asked: doors.Asked) -> Sequence[doors.Door]:
    url = reverse("profiles:find-other", args=[asked.profile.pk])
    return [doors.Door(_("Put together with…"), url, "git-merge", is_seldom=True)]


def _merges(asked: doors.Asked) -> dict[str, Any] | None:
    return {"merges": merging.merges_of(asked.family)} if len(asked.family) > 1 else None
