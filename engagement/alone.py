"""Do something by one worker at a time, without waiting for another's turn."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended(%s, 0))"


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Say whether nobody else does ``name``, and keep others from beginning it until the block ends.

    The lock is the session's: a worker that dies gives it back with its connection. Behind a pool that hands out
    connections by transaction (DATABASE_POOLED) it may only hold for one of them, so what is done must be safe to
    repeat and lock its rows itself.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [name])
        is_alone = bool(cursor.fetchone()[0])
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute(_UNLOCK, [name])
