"""Let people know of something. Notifications are another app's: it says here how they are told."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from engagement.village.models import User

Notifier = Callable[..., None]
_notifiers: list[Notifier] = []
ANNOUNCEMENT = "announcement"
TRAINING = "training"


def register_notifier(notify: Notifier) -> None:
    """Say how people are told; called in ``apps.py``. The last one counts."""
    _notifiers.append(notify)


def notify_people(
    *, people: Iterable[User], kind: str, title: Callable[[], str], url: str, dedupe_key: str, now: datetime
) -> None:
    """Tell people once, each in their language; ``title`` is called under it. Nothing without a notifier."""
    if _notifiers:
        facts: dict[str, Any] = {"kind": kind, "title": title, "url": url, "dedupe_key": dedupe_key, "now": now}
        _notifiers[-1](people=list(people), **facts)
