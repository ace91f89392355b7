"""Note that a session was used."""

from datetime import datetime

from allauth.usersessions.models import UserSession


def touch_session(*, session_key: str, address: str | None, now: datetime) -> None:
    """Keep when, and from which address, a session was last used. Does nothing for a session that has no row."""
    changes: dict[str, object] = {"last_seen_at": now}
    if address:
        changes["ip"] = address
    UserSession.objects.filter(session_key=session_key).update(**changes)
