"""Tags of the design system. Each one prints a component of static/css/components.css, with its ARIA."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, RadioSelect, Select, Textarea
from django.forms.widgets import CheckboxSelectMultiple
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from engagement.ui import durations, names
from engagement.ui.choices import Nothing, nothing_of
from engagement.ui.modules import import_map

register = template.Library()
BLANK = SafeString("")
_CHOICE = re.compile(r'<option value="[^"]|<input ')  # something that can be chosen


@lru_cache(maxsize=500)
def _glyph(name: str, small: bool) -> SafeString:
    size = " icon--small" if small else ""
    return format_html('<span class="icon icon-{}{}" aria-hidden="true"></span>', name, size)


@register.simple_tag
def icon(name: str, *, small: bool = False, label: str = "") -> SafeString:
    """A glyph, hidden from assistive technology; ``label`` adds the word for it, unseen."""
    glyph = _glyph(name, small)
    return glyph + format_html('<span class="visually-hidden">{}</span>', label) if label else glyph


@register.simple_tag
def channel_glyph(kind: str, *, word: bool = False, small: bool = False, css: str = "") -> SafeString:
    """A channel's glyph with its word, seen (``word=True``) or unseen; ``css`` adds a class."""
    look = names.channel_look(kind)
    text = look.label if word else format_html('<span class="visually-hidden">{}</span>', look.label)
    classes = f"{css} channel channel--{look.tint}".strip()
    return format_html('<span class="{}">{}{}</span>', classes, icon(look.icon, small=small), text)


@register.simple_tag
def initials(name: str) -> str:
    """At most two letters of a name."""
    return names.initials(name)


@register.simple_tag
def avatar(
    person: Any,
    kind: str = "colleague",
    size: str = "",
    *,
    here: bool = False,
    label: str = "",
    title: bool = True,
) -> SafeString:
    """An avatar. ``kind``: customer (round), colleague (square), me (solid), none (dashed).

    ``person`` is a name or anything with ``initials`` or ``name``. Without ``label`` it stands beside the name
    and is hidden from assistive technology; with it, it is an image of that name. ``here`` lights a window.
    """
    name = str(getattr(person, "name", person) or "")
    letters = "" if kind == "none" else str(getattr(person, "initials", "") or names.initials(name))
    variants = [kind if kind != "colleague" else "", size, "here" if here else ""]
    classes = " ".join(["avatar", *(f"avatar--{variant}" for variant in variants if variant)])
    if kind == "none":
        label = label or _("Nobody yet")
    css, drawn = escape(classes), escape(letters)
    if label:
        words = escape(str(label))
        return SafeString(f'<span class="{css}" role="img" aria-label="{words}" title="{words}">{drawn}</span>')
    if name and title:
        return SafeString(f'<span class="{css}" aria-hidden="true" title="{escape(name)}">{drawn}</span>')
    return SafeString(f'<span class="{css}" aria-hidden="true">{drawn}</span>')


@register.simple_tag
def badge(text: str, tone: str = "", glyph: str = "") -> SafeString:
    """A state in a word with its glyph. ``tone``: anil, ochre, tile, moss, river, or empty."""
    variant = f" badge--{tone}" if tone else ""
    mark = icon(glyph, small=True) if glyph else BLANK
    return format_html('<span class="badge{}">{}{}</span>', variant, mark, text)


@register.simple_tag
def due(
    at: datetime | None = None, *, paused: bool = False, now: datetime | None = None, soon_minutes: int = 15
) -> SafeString:
    """How long is left: plain, soon, late or paused; ticks in the browser. Nothing without a due time."""
    if paused:
        return format_html('<span class="due due--paused">{}{}</span>', icon("pause", small=True), _("clock stopped"))
    if at is None:
        return BLANK
    state = durations.due_state(at=at, now=now or timezone.now(), soon=timedelta(minutes=soon_minutes))
    variant = f" due--{state.variant}" if state.variant else ""
    return SafeString(
        f'<span class="due{variant}" data-due="{at.isoformat()}" data-soon="{int(soon_minutes)}"'
        f' {_due_texts(get_language())} title="{escape(durations.exact(at))}">{icon(state.icon, small=True)}'
        f"<span data-due-text>{escape(state.text)}</span></span>"
    )


@lru_cache(maxsize=10)
def _due_texts(language: str | None) -> str:
    """What the browser's clock says; the same for every row of a list."""
    early, late = escape(str(durations.EARLY)), escape(str(durations.LATE))
    return f'data-early-text="{early}" data-late-text="{late}"'


@register.simple_tag
def when(moment: datetime | None, *, now: datetime | None = None, css: str = "") -> SafeString:
    """How long ago, ticking in the browser, with date and time as title."""
    if moment is None:
        return BLANK
    return format_html(
        '<time class="{}" datetime="{}" title="{}" data-relative>{}</time>',
        css,
        moment.isoformat(),
        durations.exact(moment),
        durations.ago(moment=moment, now=now or timezone.now()),
    )


@register.simple_tag
def clock(moment: datetime | None, *, css: str = "") -> SafeString:
    """Time of day ("9:44") with date and time as title."""
    if moment is None:
        return BLANK
    return format_html(
        '<time class="{}" datetime="{}" title="{}">{}</time>',
        css,
        moment.isoformat(),
        durations.exact(moment),
        durations.time_of_day(moment),
    )


@register.filter
def number(value: Any, places: int = 0) -> str:
    """A figure in the person's locale: thousands apart, decimal comma or point."""
    exact = value if isinstance(value, int) else round_half_up(value, places)  # number_format cuts off
    return str(formats.number_format(exact, decimal_pos=places, use_l10n=True, force_grouping=True))


def round_half_up(value: Any, places: int = 0) -> Decimal:
    """Round as people do: 2.85 is 2.9. The one way in which figures are rounded."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency, with cents where there are some: "R$ 96,000"."""
    sign = {"BRL": "R$", "EUR": "€", "USD": "US$", "GBP": "£"}.get(currency, currency)
    return f"{sign} {number(amount, 0 if amount == int(amount) else 2)}"


@register.filter
def short_duration(length: timedelta | None) -> str:
    """``14 min``, ``2 h 10``, ``3 d``."""
    return durations.short(length) if length is not None else ""


@register.inclusion_tag("components/empty.html")
def empty(title: str, text: str = "", *, url: str = "", action: str = "") -> dict[str, str]:
    """What is so, and the next step."""
    return {"title": title, "text": text, "url": url, "action": action}


@register.inclusion_tag("components/field.html", takes_context=True)
def field(context: template.Context, bound: BoundField, *, label: str = "", help: str = "") -> dict[str, Any]:
    """One form field: label above, help below, an error in place of the help, all tied together by ARIA.

    Where there is nothing to choose from, words say so in its place, and where to make something (``ui.choices``).
    """
    widget = bound.field.widget
    error = bound.errors[0] if bound.errors else ""
    text = help or bound.help_text
    note = f"{bound.auto_id}-error" if error else f"{bound.auto_id}-help" if text else ""
    is_group = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    attrs: dict[str, Any] = {} if is_group else _field_attrs(widget=widget, note=note, invalid=bool(error))
    control = bound.as_widget(attrs=attrs)
    is_choice = is_group or (isinstance(widget, Select) and not widget.allow_multiple_selected)
    nothing = nothing_of(bound.form, bound.name) if is_choice and not _CHOICE.search(control) else None
    return {
        "bound": bound,
        "control": control,
        "nothing": nothing,
        "leads": nothing is not None and _may_mend(context, nothing),
        "label": label or bound.label,
        "help": text,
        "error": error,
        "note": note,
        "is_check": isinstance(widget, CheckboxInput),
        "is_group": is_group,
        "is_select": isinstance(widget, Select) and not is_group and not widget.allow_multiple_selected,
    }


def _may_mend(context: template.Context, nothing: Nothing) -> bool:
    user = getattr(context.get("request"), "user", None)
    return bool(nothing.url_name) and user is not None and user.has_perm(nothing.permission)


def _field_attrs(*, widget: Any, note: str, invalid: bool) -> dict[str, Any]:
    attrs: dict[str, Any] = {"placeholder": False}  # a placeholder is not a label, and help stays readable
    if not isinstance(widget, CheckboxInput):
        attrs["class"] = f"input {widget.attrs.get('class', '')}".strip()
    if isinstance(widget, Textarea):
        attrs.setdefault("rows", widget.attrs.get("rows", 4))
    if note:
        attrs["aria-describedby"] = note
    if invalid:
        attrs["aria-invalid"] = "true"
        attrs["autofocus"] = True
    return attrs


@register.filter
def merge_attributes(values: Mapping[str, Any]) -> SafeString:
    """``data-a="1" data-b="2"`` out of a mapping, escaped; None and False are left out, True is empty."""
    kept = [(name, value) for name, value in values.items() if value is not None and value is not False]
    return format_html_join(" ", '{}="{}"', ((name, "" if value is True else value) for name, value in kept))


@register.simple_tag(takes_context=True)
def importmap(context: template.Context) -> SafeString:
    """The import map of our modules under hashed names; it can only be inline, so it has the CSP nonce."""
    nonce = str(context.get("CSP_NONCE", ""))  # lazy, and false until it is read
    content = json.dumps({"imports": {name: static(path) for name, path in import_map().items()}})
    safe = mark_safe(content.replace("<", "\\u003c"))  # noqa: S308  JSON of our own file names, "<" escaped
    return format_html('<script type="importmap" nonce="{}">{}</script>', nonce, safe)
