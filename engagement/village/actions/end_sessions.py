"""Sign a person out, here or everywhere."""

from datetime import datetime
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction

from engagement.events.catalogue import SessionsEnded
from engagement.events.outbox import publish
from engagement.village.actions.guard import refuse_unless_may_change
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User


def end_session(*, session: UserSession, actor: User, now: datetime, origin: Origin = NOWHERE) -> None:
    """End one session of the person's own. Its next request is a stranger's."""
    with transaction.atomic():
        detail = {"address": session.ip, "program": session.user_agent}
        record(actor=actor, action="session.ended", subject=actor, now=now, detail=detail, origin=origin)
        _forget([session], now)


def end_other_sessions(*, person: User, current_key: str | None, now: datetime, origin: Origin = NOWHERE) -> int:
    """End all of one's sessions but the one with ``current_key``; return how many."""
    with transaction.atomic():
        others = list(UserSession.objects.filter(user=person).exclude(session_key=current_key or ""))
        if others:
            detail = {"sessions": len(others)}
            action = "session.others_ended"
            record(actor=person, action=action, subject=person, now=now, detail=detail, origin=origin)
            _forget(others, now)
    return len(others)


def sign_out_everywhere(*, person: User, actor: User, now: datetime, origin: Origin = NOWHERE) -> int:
    """An administrator ends all sessions of a person, who may sign in again. Raises ChangeRefused."""
    with transaction.atomic():
        refuse_unless_may_change(person=person, actor=actor)
        count = end_all_sessions(person=person, now=now)
        detail = {"sessions": count}
        record(actor=actor, action="session.all_ended", subject=person, now=now, detail=detail, origin=origin)
    return count


def end_all_sessions(*, person: User, now: datetime) -> int:
    """End every session of a person and return how many. For use inside another action's transaction."""
    sessions = list(UserSession.objects.select_for_update().filter(user=person))
    _forget(sessions, now)
    return len(sessions)


def _forget(sessions: list[UserSession], now: datetime) -> None:
    """The rows go with the transaction, the sessions themselves when it has succeeded; then open sockets are told."""
    keys = [session.session_key for session in sessions]
    UserSession.objects.filter(session_key__in=keys).delete()
    transaction.on_commit(lambda: _delete(keys))
    for person in {session.user_id for session in sessions}:
        publish(SessionsEnded(person_id=person, at=now), now=now)


def _delete(keys: list[str]) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    for key in keys:
        store.delete(key)
