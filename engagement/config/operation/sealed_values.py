"""Everything that is encrypted at rest: which values there are, whether they can be opened, and sealing them anew.

Channels' credentials and the secrets of second factors are sealed with the first of FIELD_ENCRYPTION_KEYS and opened
with any of them. After a new key was put in front, ``reseal`` writes each value with it; then the old key can go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import connection, transaction

from engagement.channels.models import Channel

BATCH_SIZE = 200
# Values of an authenticator that are sealed (allauth.mfa: TOTP and recovery codes).
_SEALED_NAMES = ("secret", "seed")


@dataclass(slots=True)
class Resealed:
    """What came of it: values written anew, values that were of the newest key already, and where one is closed."""

    written: int = 0
    current: int = 0
    closed: list[str] = field(default_factory=list)


def reseal() -> Resealed:
    """Write each sealed value with the newest key, in groups of BATCH_SIZE, each its own transaction.

    Safe to repeat and to interrupt: a value of the newest key is left as it is. One that no key opens is left, and
    named.
    """
    done = Resealed()
    for batch in _batches("engagement_channels_channel", "key"):
        _reseal_channels(batch, done)
    for batch in _batches(Authenticator._meta.db_table, "id"):
        _reseal_authenticators(batch, done)
    return done


def count_sealed() -> tuple[int, int]:
    """Return how many sealed values can be opened, and how many cannot."""
    opened = closed = 0
    for _name, token in _tokens():
        try:
            _box().decrypt(token)
            opened += 1
        except InvalidToken:
            closed += 1
    return opened, closed


def _tokens() -> Iterator[tuple[str, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, credentials FROM engagement_channels_channel WHERE credentials IS NOT NULL")
        for key, token in cursor.fetchall():
            yield f"channel {key}", bytes(token)
    for row in Authenticator.objects.order_by("pk").iterator(BATCH_SIZE):
        yield from ((f"second factor {row.pk}", str(row.data[name]).encode()) for name in _sealed_in(row))


def _batches(table: str, key: str) -> Iterator[list[Any]]:
    last: Any = None
    while True:
        with connection.cursor() as cursor:
            after = f"WHERE {key} > %s" if last is not None else ""
            statement = f"SELECT {key} FROM {table} {after} ORDER BY {key} LIMIT {BATCH_SIZE}"  # noqa: S608 - constants
            cursor.execute(statement, [last] if last is not None else [])
            batch = [row[0] for row in cursor.fetchall()]
        if not batch:
            return
        yield batch
        last = batch[-1]


def _reseal_channels(keys: list[Any], done: Resealed) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, credentials FROM engagement_channels_channel WHERE key = ANY(%s) AND credentials IS NOT NULL"
            " ORDER BY key FOR NO KEY UPDATE",
            [keys],
        )
        for key, token in cursor.fetchall():
            fresh = _fresh(f"channel {key}", bytes(token), done)
            if fresh is not None:
                cursor.execute(
                    f"UPDATE {Channel._meta.db_table} SET credentials = %s WHERE key = %s",  # noqa: S608 - a constant
                    [fresh, key],
                )


def _reseal_authenticators(keys: list[Any], done: Resealed) -> None:
    with transaction.atomic():
        rows = Authenticator.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=keys).order_by("pk")
        for row in rows:
            changed = {}
            for name in _sealed_in(row):
                fresh = _fresh(f"second factor {row.pk}", str(row.data[name]).encode(), done)
                if fresh is not None:
                    changed[name] = fresh.decode()
            if changed:
                row.data = {**row.data, **changed}
                row.save(update_fields=["data"])


def _sealed_in(row: Authenticator) -> list[str]:
    data = row.data if isinstance(row.data, dict) else {}
    return [name for name in _SEALED_NAMES if data.get(name)]


def _fresh(name: str, token: bytes, done: Resealed) -> bytes | None:
    """The value sealed anew; None where it is of the newest key, or closed."""
    newest = Fernet(settings.FIELD_ENCRYPTION_KEYS[0])
    try:
        newest.decrypt(token)
    except InvalidToken:
        pass
    else:
        done.current += 1
        return None
    try:
        fresh = _box().rotate(token)
    except InvalidToken:
        done.closed.append(name)
        return None
    done.written += 1
    return fresh


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])
