"""Where a mail program marked the quotation in its HTML: the part before it, and the part from it on."""

from __future__ import annotations

import re

from engagement.channels.email.html_text import to_text
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
    """``sieved`` as (visible, quoted), both well formed; quoted is empty when nothing reliable is marked.

    It is reliable when the writer says something before the quotation and nothing, or no more than a
    short signature, behind it. Linear in the length of ``sieved``, which comes from nh3.
    """
    if not _MARKED.search(sieved):
        return sieved, ""
    found = _first_mark(sieved)
    if found is None:
        return sieved, ""
    start, end, ancestors = found
    visible = sieved[:start] + "".join(f"</{tag}>" for tag in reversed(ancestors))
    if not to_text(visible).strip():
        return sieved, ""
    behind = to_text(sieved[end:]).strip() if end < len(sieved) else ""
    if behind and (len(behind.split()) > _MAX_TRAILING and not behind.startswith("--")):
        return sieved, ""
    return visible, "".join(f"<{tag}>" for tag in ancestors) + sieved[start:]


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
