"""The moments of a timeline, put together in Python: fifty through the template engine took a third of the page.

Everything that a stranger wrote goes through ``escape``; what is the same for many moments is made once.
"""

from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from engagement.profiles.selectors.timeline_page import TimelinePage
from engagement.profiles.timeline import Moment
from engagement.ui.templatetags.ui import badge, channel_glyph, clock, icon

register = template.Library()
_VARIANTS = {"ours": " moment--ours", "automatic": " moment--auto", "note": " moment--inside"}


@register.simple_tag
def timeline_moments(page: TimelinePage) -> SafeString:
    """Each day with its moments, newest first."""
    drawing = _Drawing()
    days = []
    for day in page.days:
        heading = f'<h2 class="timeline__day">{escape(day.heading)}</h2>' if day.heading else ""
        days.append(f"{heading}<ol>{''.join([drawing.moment(moment) for moment in day.moments])}</ol>")
    return mark_safe("".join(days))  # noqa: S308 - each part was escaped


class _Drawing:
    """One drawing of a timeline. The methods return HTML whose values are escaped."""

    def __init__(self) -> None:
        self.marks: dict[tuple[str, str], str] = {}
        self.badges: dict[tuple[str, str], str] = {}
        self.inside = f'<span class="visually-hidden">{escape(_("Only the team reads this"))}</span>'

    def moment(self, moment: Moment) -> str:
        text = f'<p class="moment__text">{escape(moment.text)}</p>' if moment.text else ""
        return (
            f'<li class="moment{_VARIANTS.get(moment.tone, "")}">{clock(moment.at, css="moment__when")}'
            f'{self._mark(moment)}<div><p class="moment__head">{self._head(moment)}</p>'
            f"{text}{_facts(moment)}</div></li>"
        )

    def _mark(self, moment: Moment) -> str:
        key = (moment.channel, moment.icon)
        if key not in self.marks:
            glyph = icon(moment.icon, small=True)
            self.marks[key] = (
                channel_glyph(moment.channel, small=True, css="moment__mark")
                if moment.channel
                else f'<span class="moment__mark">{glyph}</span>'
            )
        return self.marks[key]

    def _head(self, moment: Moment) -> str:
        title = escape(str(moment.title))
        what = (
            f'<a class="moment__what" href="{escape(moment.url)}">{title}</a>'
            if moment.url
            else f'<span class="moment__what">{title}</span>'
        )
        inside = self.inside if moment.tone == "note" else ""
        badges = "".join([self._badge(str(text), tone) for text, tone in moment.badges])
        room = f'<span class="moment__room">{escape(moment.department)}</span>' if moment.department else ""
        return f"{what}{inside}{badges}{room}"

    def _badge(self, text: str, tone: str) -> str:
        if (text, tone) not in self.badges:
            self.badges[text, tone] = badge(text, tone)
        return self.badges[text, tone]


def _facts(moment: Moment) -> str:
    if not moment.facts:
        return ""
    said = " · ".join([f"{escape(str(name))}: {escape(str(value))}" for name, value in moment.facts])
    return f'<p class="moment__text quiet">{said}</p>'
