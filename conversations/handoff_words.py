"""What the thread says about a handoff, as one quiet line: (glyph, words, what stands in them)."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from engagement.ui import durations


def handoff_words(event: str, detail: dict[str, Any]) -> tuple[str, str, dict[str, str]] | None:
    """Return how a handoff's event is told, with ``%(who)s`` and ``%(to)s`` left open; None for any other event."""
    seconds = detail.get("seconds")
    values = {
        "text": str(detail.get("text", "")),
        "time": durations.short(timedelta(seconds=seconds)) if seconds is not None else "",
    }
    told = {
        "handoff_offered": ("handshake", _("%(who)s offers it to %(to)s: “%(text)s”")),
        "handoff_accepted": ("handshake", _("%(who)s took it for %(to)s, after %(time)s")),
        "handoff_bounced": ("undo-2", _("%(who)s sent it back from %(to)s, after %(time)s: “%(text)s”")),
        "handoff_withdrawn": ("undo-2", _("%(who)s withdrew the offer to %(to)s")),
        "handoff_completed": ("check", _("What %(to)s was asked for is completed")),
    }
    found = told.get(event)
    return (*found, values) if found else None
