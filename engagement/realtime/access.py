"""Whether an open socket may stay open: its session still counts, its person is active, they are not too many."""

import time
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.exceptions import ObjectDoesNotExist
from django.utils.crypto import constant_time_compare

from engagement.village.models import User
from engagement.wakeups import store

MAX_SOCKETS = 30  # of one person, over all their browsers
CHECK_SECONDS = 15  # an open socket looks this often whether it may stay
_FRESH_SECONDS = CHECK_SECONDS * 4  # an entry of a socket whose server died is forgotten after so long


def read_person(person_id: UUID, session: Any) -> User | None:
    """Return the person as they are now, with fresh permissions; None when the session does not count any more.

    ``session`` None: the socket was opened without one.
    """
    try:
        user = User.objects.get(pk=person_id, is_active=True)
    except ObjectDoesNotExist:
        return None
    if session is None:
        return user
    key = session.session_key
    kept = import_module(settings.SESSION_ENGINE).SessionStore(session_key=key).load() if key else {}
    known = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    proof = str(kept.get(HASH_SESSION_KEY, ""))
    is_known_to_pages = kept.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
    is_theirs = is_known_to_pages and str(kept.get(SESSION_KEY, "")) == str(person_id)
    return user if is_theirs and any(constant_time_compare(proof, one) for one in known) else None


def take_place(person_id: UUID, socket: str) -> bool:
    """Count a socket of a person, or say again that it is open; return False when it would be one too many."""
    key, now = _key(person_id), time.time()
    pipeline = store().pipeline()
    pipeline.zremrangebyscore(key, "-inf", now - _FRESH_SECONDS)
    pipeline.zadd(key, {socket: now})
    pipeline.zcard(key)
    pipeline.expire(key, _FRESH_SECONDS * 2)
    if pipeline.execute()[2] <= MAX_SOCKETS:
        return True
    store().zrem(key, socket)
    return False


def leave_place(person_id: UUID, socket: str) -> None:
    """Count a socket no more."""
    store().zrem(_key(person_id), socket)


def _key(person_id: UUID) -> str:
    return f"{settings.NAMESPACE}:sockets:{person_id}"
