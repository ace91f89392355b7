"""What a counselor finds of the rules of each place at home: what waits, what will hold soon, the way there."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagement.channels.jurisdictions.in_force import sheets_in_force
from engagement.channels.models import RuleSheet
from engagement.ui.home import Item, Section
from engagement.village.models import User

MAX_ITEMS = 6


def sections(user: User, now: datetime) -> Iterator[Section]:
    """Yield the versions that wait for approval or for their day. One query."""
    coming = Q(status=RuleSheet.Status.PROPOSED) | Q(status=RuleSheet.Status.APPROVED, valid_from__gt=now)
    rows = RuleSheet.objects.filter(coming).select_related("jurisdiction").order_by("valid_from", "key")[:MAX_ITEMS]
    places = len(sheets_in_force(now).sheets)
    yield Section(
        title=_("Jurisdictions"),
        note=ngettext("%(count)d place has rules", "%(count)d places have rules", places) % {"count": places},
        empty=_("No change of rules is waiting. Open the list to read or change a place."),
        url=reverse("channels:jurisdictions"),
        order=40,
        place="side",
        items=[
            Item(
                what=f"{one.jurisdiction}, {one.get_status_display()}",
                why=_("holds from %(day)s") % {"day": formats.date_format(one.valid_from, "SHORT_DATE_FORMAT")},
                url=reverse("channels:jurisdiction", args=[one.jurisdiction.code]),
                icon="scale",
            )
            for one in rows
        ],
    )
