"""What a merchant finds on the home page: whose deal is open, who is about to receive what, whose marketing waits."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagement.profiles.selectors import deals
from engagement.profiles.selectors.deals import Row
from engagement.ui.home import Item, Section
from engagement.village.models import User

_SHOWN = 8


def sections(user: User, now: datetime) -> Iterator[Section]:
    """Yield the open deals of a merchant, those that are about to be written to first. A fixed number of queries."""
    rows, _more = deals.page(owner=user, over=False, after=None, now=now)
    rows.sort(key=lambda row: (not row.upcoming, row.deal.closes_on is None, row.deal.closes_on))
    waiting = sum(bool(row.quiet) for row in rows)
    note = ngettext("%(count)d waits for you", "%(count)d wait for you", waiting) % {"count": waiting}
    yield Section(
        title=_("Your deals"),
        note=note if waiting else "",
        empty=_("You have no open deal. Find the customer and press New deal."),
        url=reverse("profiles:deals"),
        order=8,
        items=[_item(row) for row in rows[:_SHOWN]],
    )


def _item(row: Row) -> Item:
    deal = row.deal
    who = deal.profile.name or deal.company_name
    closes = formats.date_format(deal.closes_on, "MONTH_DAY_FORMAT") if deal.closes_on else ""
    return Item(
        what=f"{deal.title}, {who}" if who else deal.title,
        why=_why(row),
        url=reverse("profiles:deal", args=[deal.pk]),
        icon="pause" if row.quiet else "hand-coins",
        note=_("closes %(day)s") % {"day": closes} if closes else "",
    )


def _why(row: Row) -> str:
    if row.upcoming and row.quiet:
        return _("“%(title)s” does not reach them: their marketing waits for you.") % {"title": row.upcoming[0].title}
    if row.upcoming:
        return _("About to receive “%(title)s”.") % {"title": row.upcoming[0].title}
    return _("Their marketing waits for you.") if row.quiet else _("Nothing is about to reach them.")
