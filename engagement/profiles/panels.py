"""What other apps show on a profile's page. They register their panels in ``apps.py``; this app knows none of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from engagement.profiles.doors import Asked

Draw = Callable[[Asked], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """``context(asked)`` is what ``template`` is drawn with; None: there is nothing to show. ``place`` is "main"
    (under the timeline), "side" (a block at the side) or "now" (lines among what is open now).
    """

    name: str
    title: Any
    template: str
    context: Draw
    permission: str = ""
    place: str = "main"
    order: int = 100


@dataclass(frozen=True)
class DrawnPanel:
    """A panel with its content for one profile and one reader."""

    panel: Panel
    context: dict[str, Any]


_panels: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    """Add a panel; a second registration of one name replaces the first."""
    _panels[panel.name] = panel


def panels_for(asked: Asked) -> Iterable[DrawnPanel]:
    """The panels that this reader may see, in order."""
    for panel in sorted(_panels.values(), key=lambda panel: (panel.order, panel.name)):
        if not panel.permission or asked.reader.has_perm(panel.permission):
            context = panel.context(asked)
            if context is not None:
                yield DrawnPanel(panel, context)
