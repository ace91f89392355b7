"""One line of what is looked at before a launch."""

from dataclasses import dataclass
from typing import Any, Literal

State = Literal["ok", "ask", "stop"]


@dataclass(frozen=True, slots=True)
class Check:
    """``stop`` keeps the campaign from being launched, ``ask`` is worth a look. ``whose``: who can mend it;
    ``ask_url`` takes a POST that asks them.

    ``code`` says to programs which check it is; one check may answer in several ways, each with its own code.
    """

    state: State
    title: Any
    text: Any = ""
    url: str = ""
    action: Any = ""
    whose: str = ""
    code: str = ""
    ask_url: str = ""

    @property
    def icon(self) -> str:
        """The glyph beside it."""
        return {"ok": "circle-check", "ask": "triangle-alert", "stop": "circle-x"}[self.state]
