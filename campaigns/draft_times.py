"""Which times a campaign may have before its launch; the form and the API refuse the same."""

from datetime import datetime

from django.utils.translation import gettext as _


def time_faults(
    *, begins: datetime | None, ends: datetime | None, in_local_time: bool, is_new_end: bool, now: datetime
) -> dict[str, str]:
    """Return a sentence for each field that is wrong. An end that is past is refused where it is entered anew."""
    faults = {}
    if ends and is_new_end and ends <= now:
        faults["ends_at"] = _("This is over already. Choose a later end.")
    elif begins and ends and ends <= begins:
        faults["ends_at"] = _("It ends before it begins. Choose a later end.")
    if in_local_time and not begins:
        faults["begins_at"] = _("Enter a start: each person gets it at that hour where they are.")
    return faults
