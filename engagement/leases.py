"""Leases: what only one process of the whole installation does at a time, as rows that expire.

A lease belongs to no database connection, so it also holds behind a pool that hands out connections by transaction
(DATABASE_POOLED), and the lease of a host that is gone ends by itself. Only the database's clock counts.
Call these outside of a transaction: a row that is not committed makes others wait instead of telling them.
"""

import os
import socket
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import connection

from engagement.keys import new_key

LEASE_SECONDS = 45.0

_ACQUIRE = """
INSERT INTO events_lease AS lease (name, owner, acquired_at, renewed_at, expires_at)
SELECT %(name)s, %(owner)s, now, now, now + make_interval(secs => %(length)s) FROM clock_timestamp() AS now
ON CONFLICT (name) DO UPDATE SET
    owner = excluded.owner,
    acquired_at = CASE WHEN lease.owner = excluded.owner THEN lease.acquired_at ELSE excluded.acquired_at END,
    renewed_at = excluded.renewed_at,
    expires_at = excluded.expires_at
WHERE lease.owner = excluded.owner OR lease.expires_at <= clock_timestamp()
RETURNING name
"""
_RENEW = """
WITH ours AS (
    SELECT name FROM events_lease
    WHERE owner = ANY(%(owners)s) AND expires_at > clock_timestamp() ORDER BY name FOR NO KEY UPDATE
)
UPDATE events_lease AS lease
SET renewed_at = clock_timestamp(), expires_at = clock_timestamp() + make_interval(secs => %(length)s)
FROM ours WHERE lease.name = ours.name
RETURNING lease.owner
"""
_RELEASE = "UPDATE events_lease SET expires_at = clock_timestamp() WHERE name = %s AND owner = %s"
_AGE = "SELECT extract(epoch FROM clock_timestamp() - renewed_at)::float FROM events_lease WHERE name = %s"


class HeldLease:
    """What ``hold_lease`` gives: whether it was acquired, and how to keep it."""

    def __init__(self, name: str, seconds: float) -> None:
        self.name = name
        self.owner = new_owner()
        self._seconds = seconds
        self._valid_until = float("-inf")

    @property
    def is_held(self) -> bool:
        """Whether it is still surely ours, by this process's own clock."""
        return time.monotonic() < self._valid_until

    def acquire(self) -> bool:
        """Take it or keep it for its whole length; return whether it is ours. Raises DatabaseError."""
        asked = time.monotonic()
        is_ours = acquire_lease(name=self.name, owner=self.owner, seconds=self._seconds)
        self._valid_until = asked + self._seconds if is_ours else float("-inf")
        return is_ours

    def extend(self, asked: float) -> None:
        """Note that the database has prolonged it, as it was asked to at ``asked`` (monotonic)."""
        self._valid_until = asked + self._seconds

    def release(self) -> None:
        """Give it back, so that nobody waits until it expires. Raises DatabaseError."""
        self._valid_until = float("-inf")
        release_lease(name=self.name, owner=self.owner)


@contextmanager
def hold_lease(name: str, *, seconds: float = LEASE_SECONDS) -> Iterator[HeldLease]:
    """Try to acquire ``name``; ask ``is_held``. Who works for longer calls ``acquire()`` again in between."""
    lease = HeldLease(name, seconds)
    lease.acquire()
    try:
        yield lease
    finally:
        if lease.is_held:
            lease.release()


def new_owner() -> str:
    """Return a name for one holder: its host and process, for people who look, and what no other has."""
    return f"{socket.gethostname()}:{os.getpid()}:{new_key()}"


def acquire_lease(*, name: str, owner: str, seconds: float) -> bool:
    """Take a lease that is free or expired, or prolong our own; return whether it is ours. Raises DatabaseError."""
    with connection.cursor() as cursor:
        cursor.execute(_ACQUIRE, {"name": name, "owner": owner, "length": seconds})
        return cursor.fetchone() is not None


def renew_leases(*, owners: Collection[str], seconds: float) -> set[str]:
    """Prolong what these owners still hold; return the owners that hold one. Raises DatabaseError."""
    if not owners:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, {"owners": list(owners), "length": seconds})
        return {row[0] for row in cursor.fetchall()}


def release_lease(*, name: str, owner: str) -> None:
    """Give a lease back that is ours; no other's is touched. Raises DatabaseError."""
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, [name, owner])


def lease_age(name: str) -> float | None:
    """Return how many seconds ago somebody last acquired or prolonged it; None if nobody ever did. Raises
    DatabaseError.
    """
    with connection.cursor() as cursor:
        cursor.execute(_AGE, [name])
        row = cursor.fetchone()
    return max(0.0, row[0]) if row else None
