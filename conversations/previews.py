"""The first words of a conversation's newest entry, as the list shows them.

What we ourselves would say of it (an invitation that was canceled, an encrypted message) is stored as a code with its
values and read in the language of whoever looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from engagement.channels.inbound.calendar_text import KINDS, heading_of

MAX_PREVIEW = 300
_MAX_READ = 2_000
_MARK = "\x1f"  # no text that comes in holds this control character
_ENCRYPTED = "encrypted"


def build_preview(text: str, layout: Mapping[str, Any] | None = None) -> str:
    """Return what is stored: the first words of ``text`` on one line, or a code where we say what it is."""
    words = " ".join(text.replace(_MARK, " ")[:_MAX_READ].split())
    sections = (layout or {}).get("sections") or [{}]
    facts = sections[0]
    if (layout or {}).get("own_length"):
        return words[:MAX_PREVIEW]
    if facts.get("kind") == "calendar":
        return _coded(facts.get("change", "event"), facts.get("attendee", ""), facts.get("summary", ""))
    if facts.get("kind") == _ENCRYPTED:
        return _coded(_ENCRYPTED, "", "")
    return words[:MAX_PREVIEW]


def read_preview(stored: str) -> str:
    """Return a stored preview in the language that is active."""
    if not stored.startswith(_MARK):
        return stored
    _before, kind, name, rest = [*stored.split(_MARK, 3), "", "", ""][:4]
    label = _("Encrypted: cannot be read here") if kind == _ENCRYPTED else heading_of(kind, name)
    return f"{label}: {rest}" if rest else label


def _coded(kind: str, name: str, rest: str) -> str:
    kind = kind if kind in KINDS or kind == _ENCRYPTED else "event"
    values = (" ".join(value.replace(_MARK, " ").split()) for value in (name[:80], rest))
    return _MARK.join(["", kind, *values])[:MAX_PREVIEW]
