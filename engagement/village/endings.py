"""What else ends when a person's access ends. Other apps register it in their ``apps.py``."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

Ending = Callable[[Any, Any, datetime], int]
_endings: dict[str, Ending] = {}


def register(name: str, end: Ending) -> None:
    """Call ``end(person, actor, now)`` in the transaction that ends a person's access; it returns how many ended.

    ``name`` stands for them in the audit trail (``api_tokens``). A second registration replaces the first.
    """
    _endings[name] = end


def run(*, person: Any, actor: Any, now: datetime) -> dict[str, int]:
    """End everything that was registered; return the counts by name."""
    return {name: end(person, actor, now) for name, end in sorted(_endings.items())}
