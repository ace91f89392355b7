"""One line of what is looked at before a launch."""

from dataclasses import dataclass
from typing import Any, Literal

State = Literal["ok", "ask", "stop"]


@dataclass(frozen=True, slots=True)
class Check:
    """``stop`` keeps the campaign from being launched, ``ask`` is worth a look. ``whose``: who can mend it."""

    state: State
    title: Any
    text: Any = ""
    url: str = ""
    action: Any = ""
    whose: str = ""

    @property
    def icon(self) -> str:
        """The glyph beside it."""
        return {"ok": "circle-check", "ask": "triangle-alert", "stop": "circle-x"}[self.state]
