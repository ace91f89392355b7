"""Where the quotation begins in HTML: the part before it, and the part from it on.

Some programs mark it; of the others (Outlook, Windows Mail, mail.ru, Yandex…) the lines tell, as in plain text.
"""

from __future__ import annotations

import re

from engagement.channels.email import quoting
from engagement.channels.email.html_text import locate_lines, to_text
from engagement.channels.email.sanitising import QUOTE_CLASSES, QUOTE_IDS

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)([^>]*)>")
_VOID = frozenset({"br", "hr", "img", "col", "wbr"})
_NAMES = "|".join(sorted(map(re.escape, QUOTE_CLASSES | QUOTE_IDS)))
_MARKED = re.compile(rf' (?:class|id)="(?:[^"]* )?({_NAMES})(?: [^"]*)?"| type="(cite)"', re.IGNORECASE)
# From these on everything is quoted; the others enclose what is.
_REST = frozenset({"appendonsend", "divrplyfwdmsg", "stopspelling", "zwchr", "outlookmessageheader"})
_PREFIX = "moz-cite-prefix"
_MAX_TRAILING = 20


def split(sieved: str) -> tuple[str, str]:
    """``sieved`` as (visible, quoted), both well formed; quoted is empty when nothing reliable tells of it.

    It is reliable when the writer says something before the quotation and nothing, or no more than a
    short signature, behind it. Linear in the length of ``sieved``, which comes from nh3.
    """
    if _MARKED.search(sieved):
        visible, quoted = _split_at_mark(sieved)
        if quoted:
            return visible, quoted
    return _split_by_lines(sieved)


def _split_by_lines(sieved: str) -> tuple[str, str]:
    """Divide where the text of the HTML is quoted down to its end."""
    lines, places = locate_lines(sieved)
    first = quoting.find_quoted_end("\n".join(lines))
    if first < 0:
        return sieved, ""
    place = places[first]
    if place < 0 or any(other >= place for other in places[:first]):
        return sieved, ""  # both stand in the same piece of text
    place = _before_openings(sieved, place)
    return _divide(sieved, place, _open_at(sieved, place))


def _before_openings(sieved: str, place: int) -> int:
    """The place before the tags that open just there: a quotation's block goes with it."""
    while place > 0 and sieved[place - 1] in ">\n ":
        if sieved[place - 1] != ">":
            place -= 1
            continue
        start = sieved.rfind("<", 0, place)
        tag = _TAG.match(sieved, start, place)
        if tag is None or tag[1] or tag[2] in _VOID:
            break
        place = start
    return place


def _open_at(sieved: str, place: int) -> list[str]:
    """The tags that are open at ``place``."""
    stack: list[str] = []
    for match in _TAG.finditer(sieved, 0, place):
        if match[1]:
            if stack:
                stack.pop()
        elif match[2] not in _VOID:
            stack.append(match[2])
    return stack


def _divide(sieved: str, place: int, ancestors: list[str]) -> tuple[str, str]:
    visible = sieved[:place] + "".join(f"</{tag}>" for tag in reversed(ancestors))
    return visible, "".join(f"<{tag}>" for tag in ancestors) + sieved[place:]


def _split_at_mark(sieved: str) -> tuple[str, str]:
    found = _first_mark(sieved)
    if found is None:
        return sieved, ""
    start, end, ancestors = found
    visible, quoted = _divide(sieved, start, ancestors)
    if not to_text(visible).strip():
        return sieved, ""
    behind = to_text(sieved[end:]).strip() if end < len(sieved) else ""
    if behind and (len(behind.split()) > _MAX_TRAILING and not behind.startswith("--")):
        return sieved, ""
    return visible, quoted


def _first_mark(sieved: str) -> tuple[int, int, list[str]] | None:
    """Where the first marked quotation begins and ends, and which tags are open around it."""
    stack: list[str] = []
    start, depth, ancestors, awaiting = -1, -1, [""], False
    for match in _TAG.finditer(sieved):
        closing, tag, attributes = match.groups()
        if closing:
            if stack:
                stack.pop()
            if start >= 0 and len(stack) == depth and not awaiting:
                return start, match.end(), ancestors
            if start >= 0 and len(stack) < depth:
                return start, match.end(), ancestors
            continue
        if start < 0 and " " in attributes and (marked := _MARKED.search(attributes)):
            name = (marked[1] or marked[2]).lower()
            start, depth, ancestors = match.start(), len(stack), list(stack)
            if name in _REST:
                return start, len(sieved), ancestors
            awaiting = name == _PREFIX
        elif awaiting and tag == "blockquote" and len(stack) == depth:
            awaiting = False
        if tag not in _VOID:
            stack.append(tag)
    return (start, len(sieved), ancestors) if start >= 0 else None
