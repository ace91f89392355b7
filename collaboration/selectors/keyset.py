"""Keyset pages of the lists of this app: ``?after=`` names the last row that was seen, by its time and its key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Model, Q, QuerySet
from django.utils.dateparse import parse_datetime


class BadCursor(ValueError):
    """The text names no row of a list."""


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of a list: its rows, where the next one begins (empty: nowhere), and how many rows there are in all."""

    rows: Sequence[Any]
    after: str
    count: int


def read_slice(rows: QuerySet[Any], *, field: str, after: str, size: int, descending: bool = False) -> Slice:
    """Return the page behind ``after`` of rows in the order of a time, which may be empty, and of their key.

    Without a time a row comes last. Two queries. Raises BadCursor.
    """
    order = [f"-{field}", "-key"] if descending else [_nulls_last(field), "key"]
    count = rows.order_by().count()
    found = rows.order_by(*order)
    if after:
        found = found.filter(_behind(field, after, descending=descending))
    shown = list(found[: size + 1])
    return Slice(shown[:size], _cursor(shown[size - 1], field) if len(shown) > size else "", count)


def _nulls_last(field: str) -> Any:
    return F(field).asc(nulls_last=True)


def _behind(field: str, after: str, *, descending: bool) -> Q:
    at, key = _parsed(after)
    if descending:
        return Q(**{f"{field}__lt": at}) | Q(**{field: at, "key__lt": key})
    if at is None:
        return Q(**{f"{field}__isnull": True, "key__gt": key})
    return Q(**{f"{field}__gt": at}) | Q(**{field: at, "key__gt": key}) | Q(**{f"{field}__isnull": True})


def _cursor(row: Model, field: str) -> str:
    at = getattr(row, field)
    return f"{at.isoformat() if at else ''}_{row.pk}"


def _parsed(after: str) -> tuple[datetime | None, UUID]:
    given, _separator, key = after.rpartition("_")
    try:
        at = parse_datetime(given) if given else None
        found = UUID(key)
    except ValueError as error:
        raise BadCursor(after) from error
    if given and (at is None or at.tzinfo is None):
        raise BadCursor(after)
    return at, found
