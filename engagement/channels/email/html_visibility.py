"""What of a mail's HTML its reader was meant to see, and in which colors.

Newsletters hide their preheader, senders hide text that only filters and previews meet. What ``display:none``,
``opacity:0``, a font of no size, a box of no height, a place outside of the page, or (before anything else is said)
white on white takes out of sight is taken out here. Colors stay as ``data-color`` and ``data-background``, six
hexadecimal digits each, as long as the text can be read on what lies below it; everything else of the styles goes.

Works on what nh3 wrote: well formed, lower case, ``<`` and ``>`` only around tags. One pass, linear.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from functools import lru_cache
from typing import NamedTuple

PAPER = "#ffffff"
INK = "#22252e"
LINK = "#2c4f9e"
MIN_CONTRAST = 1.6
MAX_STYLE_SHEET = 128 * 1024
MAX_HIDDEN_CLASSES = 200
STYLE_PROPERTIES = frozenset(
    {
        *("display", "visibility", "opacity", "font-size", "mso-hide", "overflow", "overflow-y", "position", "left"),
        *("top", "text-indent", "height", "max-height", "width", "max-width", "color", "background"),
        *("background-color", "line-height", "clip"),
    }
)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)([^>]*)>")
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_VOID = frozenset({"br", "hr", "img", "col", "wbr"})
_STYLE_SHEET = re.compile(r"<style\b[^>]{0,500}>", re.IGNORECASE)
_STYLE_SHEET_END = re.compile("</style", re.IGNORECASE)
_COMMENT = re.compile(r"/\*[^*]*\*/")
_CLASS_SELECTOR = re.compile(r"(?:[a-z][a-z0-9]{0,15})?\.([A-Za-z_-][A-Za-z0-9_-]{0,60})", re.IGNORECASE)
_ZERO = re.compile(r"0*(?:\.0*)?(?:px|pt|em|rem|%|in|cm|mm)?")
_TINY = re.compile(r"(?:0*(?:\.\d+)?|0*1(?:\.0*)?)(?:px|pt)?|0*(?:\.0\d*)?(?:em|rem|%)")
_FAR_AWAY = re.compile(r"-\d{3,}(?:\.\d+)?(?:px|pt|em|rem)?|-\d{2,}em")
_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")
_RGB = re.compile(r"rgba?\( ?(\d{1,3}) ?,? ?(\d{1,3}) ?,? ?(\d{1,3}) ?(?:[,/] ?([\d.]{1,5})%? ?)?\)")
_NAMED = {
    "aqua": "#00ffff", "black": "#000000", "blue": "#0000ff", "brown": "#a52a2a", "crimson": "#dc143c",
    "darkblue": "#00008b", "darkgray": "#a9a9a9", "darkgreen": "#006400", "darkgrey": "#a9a9a9",
    "darkorange": "#ff8c00", "darkred": "#8b0000", "dimgray": "#696969", "dodgerblue": "#1e90ff",
    "fuchsia": "#ff00ff", "gold": "#ffd700", "gray": "#808080", "green": "#008000", "grey": "#808080",
    "indigo": "#4b0082", "ivory": "#fffff0", "lightblue": "#add8e6", "lightgray": "#d3d3d3",
    "lightgreen": "#90ee90", "lightgrey": "#d3d3d3", "lightyellow": "#ffffe0", "lime": "#00ff00",
    "magenta": "#ff00ff", "maroon": "#800000", "navy": "#000080", "olive": "#808000", "orange": "#ffa500",
    "pink": "#ffc0cb", "purple": "#800080", "red": "#ff0000", "royalblue": "#4169e1", "silver": "#c0c0c0",
    "snow": "#fffafa", "steelblue": "#4682b4", "teal": "#008080", "tomato": "#ff6347", "violet": "#ee82ee",
    "white": "#ffffff", "whitesmoke": "#f5f5f5", "yellow": "#ffff00",
}  # fmt: skip


class _Look(NamedTuple):
    """How text looks inside an open element."""

    color: str
    background: str
    is_tiny: bool


_USUAL = _Look(INK, PAPER, is_tiny=False)
_NOTHING = " \n\t\r\u00a0\u00ad\u034f\u200b\u200c\u200d\u2007\u2060\ufeff"
_STYLED = re.compile(r' (?:style|class|bgcolor|color|hidden|data-color|data-background)="|<font\b')


def hidden_classes(html: str) -> Set[str]:
    """The classes that the style sheets in ``html`` take out of sight on every screen: ``@media`` does not count."""
    found: set[str] = set()
    position, room = 0, MAX_STYLE_SHEET
    while room > 0 and (opening := _STYLE_SHEET.search(html, position)):
        closing = _STYLE_SHEET_END.search(html, opening.end(), opening.end() + room)
        end = closing.start() if closing else min(len(html), opening.end() + room)
        _read_sheet(html[opening.end() : end], found)
        room -= end - opening.start()
        position = end
    return found


def _read_sheet(sheet: str, found: set[str]) -> None:
    """Add the hidden classes of one style sheet. Rules inside an at-rule's braces are passed over."""
    selector, depth = "", 0
    for piece in re.split(r"([{}])", _COMMENT.sub("", sheet)):
        if piece == "{":
            depth += 1
        elif piece == "}":
            depth = max(0, depth - 1)
            selector = ""
        elif depth == 0:
            selector = piece.replace("<!--", "").replace("-->", "").rpartition(";")[2].strip()
        elif depth == 1 and not selector.startswith("@") and _hides(_declarations(piece)):
            for one in selector.split(",")[:20]:
                name = _CLASS_SELECTOR.fullmatch(one.strip())
                if name and len(found) < MAX_HIDDEN_CLASSES:
                    found.add(name[1])


@lru_cache(maxsize=1_024)
def _declarations(style: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for declaration in style.lower().split(";")[:60]:
        name, colon, value = declaration.partition(":")
        if colon and (name := name.strip()) in STYLE_PROPERTIES:
            found[name] = " ".join(value.replace("!", " ! ").split()).removesuffix("! important").strip()
    return found


def _is_zero(value: str) -> bool:
    return bool(value) and any(c.isdigit() for c in value) and _ZERO.fullmatch(value) is not None


def _is_tiny(value: str) -> bool:
    return bool(value) and any(c.isdigit() for c in value) and _TINY.fullmatch(value) is not None


def _hides(style: Mapping[str, str]) -> bool:
    """Whether a style takes an element and all that is in it out of sight."""
    if not style:
        return False
    cuts = style.get("overflow", style.get("overflow-y", "")).startswith(("hidden", "clip"))
    no_height = _is_zero(style.get("max-height", "")) or _is_zero(style.get("height", ""))
    no_width = _is_zero(style.get("max-width", "")) or _is_zero(style.get("width", ""))
    small = _is_tiny(style.get("font-size", "")) or _is_zero(style.get("line-height", ""))
    out = style.get("position", "") in ("absolute", "fixed") and any(
        _FAR_AWAY.fullmatch(style.get(side, "")) for side in ("left", "top")
    )
    return (
        style.get("display") == "none"
        or style.get("visibility") in ("hidden", "collapse")
        or _is_zero(style.get("opacity", ""))
        or (cuts and (no_height or no_width))
        or (_is_zero(style.get("max-height", "")) and small)
        or (style.get("mso-hide") == "all" and (small or no_height or no_width))
        or _FAR_AWAY.fullmatch(style.get("text-indent", "")) is not None
        or out
    )


@lru_cache(maxsize=1_024)
def color_of(value: str) -> str:
    """``value`` as ``#rrggbb``; empty for what is no plain color, and for a transparent one."""
    value = value.strip().lower()
    if value in _NAMED:
        return _NAMED[value]
    if _HEX.fullmatch(value):
        return value if len(value) == 7 else "#" + "".join(2 * digit for digit in value[1:])
    found = _RGB.fullmatch(value)
    if found is None or (found[4] and found[4].replace(".", "").isdigit() and float(found[4].strip(".") or 0) < 0.5):
        return ""
    return "#" + "".join(f"{min(255, int(found[part])):02x}" for part in (1, 2, 3))


def _luminance(color: str) -> float:
    """WCAG 2 relative luminance."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@lru_cache(maxsize=1_024)
def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast of two colors, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def show_visible(cleaned: str, classes: Set[str], *, kept_classes: Set[str]) -> str:
    """``cleaned`` without what is hidden, and with colors in place of styles; all of it when all is hidden.

    ``classes`` are hidden ones; of all classes only ``kept_classes`` stay.
    """
    if not _STYLED.search(cleaned):
        return cleaned
    shown = _Viewer(classes, kept_classes).view(cleaned, takes_out=True)
    if _has_content(shown) or not _has_content(cleaned):
        return shown
    return _Viewer(classes, kept_classes).view(cleaned, takes_out=False)


def _has_content(html: str) -> bool:
    return "<img" in html or bool(_TAG.sub("", html).replace("&nbsp;", " ").strip(_NOTHING))


class _Viewer:
    """One document while it is looked through."""

    def __init__(self, classes: Set[str], kept: Set[str]) -> None:
        self.classes, self.kept = classes, kept
        self.written: list[str] = []
        self.stack: list[tuple[str, _Look]] = []  # the name that closes an element, how text looks in it
        self.hidden_at = -1
        self.has_begun = False

    def view(self, html: str, *, takes_out: bool) -> str:
        write, stack, position = self.written.append, self.stack, 0
        for match in _TAG.finditer(html):
            start = match.start()
            if start > position and self.hidden_at < 0:
                self._text(html[position:start], takes_out)
            position = match.end()
            closing, tag, attributes = match.groups()
            if closing:
                if stack:
                    self._close(tag)
            elif self.hidden_at < 0 and (attributes or tag == "font"):
                self._open(tag, attributes, takes_out)
            else:
                if tag not in _VOID:
                    stack.append((tag, stack[-1][1] if stack else _USUAL))
                if self.hidden_at < 0:
                    write(f"<{tag}>")
        if self.hidden_at < 0:
            self._text(html[position:], takes_out)
        return "".join(self.written)

    def _text(self, text: str, takes_out: bool) -> None:
        if takes_out and self.stack and self.stack[-1][1].is_tiny and text.strip():
            return
        self.written.append(text)
        self.has_begun = self.has_begun or bool(text.strip(_NOTHING))

    def _close(self, tag: str) -> None:
        name = self.stack.pop()[0]
        if self.hidden_at < 0:
            self.written.append(f"</{name}>")
        elif len(self.stack) == self.hidden_at:
            self.hidden_at = -1

    def _open(self, tag: str, attributes: str, takes_out: bool) -> None:
        before = self.stack[-1][1] if self.stack else _USUAL
        found = dict(_ATTRIBUTE.findall(attributes))
        style = _declarations(found.pop("style", "")) if "style" in found else {}
        names = found.pop("class", "").split()
        is_hidden = "hidden" in found or _hides(style) or (bool(self.classes) and not self.classes.isdisjoint(names))
        found.pop("hidden", None)
        color, background = _take_colors(tag, found, style)
        if takes_out and (is_hidden or self._is_preheader(style, color, background, before)):
            if tag not in _VOID:
                self.hidden_at = len(self.stack)
                self.stack.append((tag, before))
            return
        if kept := [name for name in names if name in self.kept]:
            found["class"] = " ".join(kept)
        look = _readable(tag, found, color, background, style, before)
        name = "span" if tag == "font" else tag
        written = "".join([f' {key}="{value}"' for key, value in found.items()])
        self.written.append(f"<{name}{written}>")
        self.has_begun = self.has_begun or tag == "img"
        if tag not in _VOID:
            self.stack.append((name, look))

    def _is_preheader(self, style: Mapping[str, str], color: str, background: str, before: _Look) -> bool:
        """Before anything else is said: text in the color of the paper, or hidden from Outlook."""
        if self.has_begun or not (color or style.get("mso-hide") == "all"):
            return False
        if style.get("mso-hide") == "all":
            return True
        return not background and contrast(color, before.background) < 1.1


def _take_colors(tag: str, found: dict[str, str], style: Mapping[str, str]) -> tuple[str, str]:
    """The colors that an element sets, each empty when it sets none; they are taken out of ``found``."""
    given = found.pop("color", "") if tag == "font" else ""
    color = color_of(style.get("color", "") or given or found.get("data-color", ""))
    given = found.pop("bgcolor", "")
    background = ""
    for value in (style.get("background-color", ""), style.get("background", ""), given):
        background = background or color_of(value) or color_of(value.partition(" ")[0])
    background = background or color_of(found.get("data-background", ""))
    found.pop("data-color", None)
    found.pop("data-background", None)
    return color, background


def _readable(
    tag: str, found: dict[str, str], color: str, background: str, style: Mapping[str, str], before: _Look
) -> _Look:
    """How text looks in the element; colors that can be read are written into ``found``."""
    below = background or before.background
    shown = color or (LINK if tag == "a" and "href" in found else before.color)
    if contrast(shown, below) < MIN_CONTRAST:
        shown = before.color if contrast(before.color, below) >= MIN_CONTRAST else _ink_on(below)
    usual = LINK if tag == "a" and "href" in found else before.color
    if shown != usual:
        found["data-color"] = shown
    if background and background != before.background:
        found["data-background"] = background
    size = style.get("font-size", "")
    return _Look(shown, below, is_tiny=_is_tiny(size) if size else before.is_tiny)


def _ink_on(background: str) -> str:
    return INK if contrast(INK, background) >= contrast(PAPER, background) else PAPER
