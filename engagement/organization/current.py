"""``current_organization()``: the one row, without a query on most calls.

Each process keeps a copy. Once per request, once per task and every two seconds it compares with the copy in the cache,
which every save replaces after its commit; so all processes read the new values with their next request. Without a
cache the database is asked, at most once in two seconds.
"""

import hashlib
import time
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from redis.exceptions import RedisError

from engagement.organization.models import THE_ROW, Organization

KEPT_SECONDS = 300  # in the cache: a save whose announcement was lost shows after that
TRUSTED_SECONDS = 2.0
_FIELDS = tuple(field.attname for field in Organization._meta.concrete_fields)
KEY = "organization:" + hashlib.sha256(" ".join(_FIELDS).encode()).hexdigest()[:12]
_NO_ROW: dict[str, Any] = {}

_local: tuple[float, Organization | None] | None = None


def current_organization() -> Organization:
    """Return the organization as it was saved last, or what the settings say while nobody saved it."""
    row = _read()
    return row if row is not None else Organization.from_settings()


def expire_local_copy(**_: Any) -> None:
    """Let the next reader ask whether another process saved."""
    global _local
    if _local is not None:
        _local = (0.0, _local[1])


def announce_organization(row: Organization | None) -> None:
    """Make ``row`` what everybody reads: this process now, the others after the commit."""
    global _local
    _local = (time.monotonic(), row)
    transaction.on_commit(lambda: _share(row))


def forget_organization() -> None:
    """Start as in an installation that saved nothing (for tests and loaders)."""
    global _local
    _local = (time.monotonic(), None)
    _share(None)


def lock_organization() -> Organization:
    """Return the row for a change, made from the settings if there is none, locked until the transaction ends."""
    found = Organization.objects.select_for_update().filter(pk=THE_ROW).first()
    if found is None:
        values = {name: getattr(Organization.from_settings(), name) for name in _FIELDS}
        Organization.objects.bulk_create([Organization(**values)], ignore_conflicts=True)
        found = Organization.objects.select_for_update().get(pk=THE_ROW)
    return found


def _read() -> Organization | None:
    global _local
    known = _local
    if known is not None and time.monotonic() - known[0] < TRUSTED_SECONDS:
        return known[1]
    try:
        values = cache.get(KEY)
        if values is None:
            row = _from_database()
            if not connection.in_atomic_block:  # what this transaction sees may never be committed
                cache.add(KEY, _values(row), KEPT_SECONDS)
        else:
            row = Organization(**values) if values else None
    except RedisError:
        row = _from_database()
    if row is not None:
        row._state.adding = False
    _local = (time.monotonic(), row)
    return row


def _share(row: Organization | None) -> None:
    try:
        cache.set(KEY, _values(row), KEPT_SECONDS)
    except RedisError:  # the others notice when what they keep ends
        return


def _values(row: Organization | None) -> dict[str, Any]:
    return _NO_ROW if row is None else {name: getattr(row, name) for name in _FIELDS}


def _from_database() -> Organization | None:
    return Organization.objects.filter(pk=THE_ROW).first()
