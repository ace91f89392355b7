"""What apps above bring into the policy: who approved which words, and whom else to leave alone."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

Approvals = Callable[[Sequence[str], datetime], set[str]]
_CODE = re.compile(r"[a-z][a-z_]{0,49}")
_approvals: list[Approvals] = []
_exclusions: dict[str, str] = {}


class ExclusionAlreadyRegistered(Exception):
    """Two apps asked for one code."""


def register_approvals(approved: Approvals) -> None:
    """Let ``approved(hashes, now)`` say which of ``hashes`` somebody has approved; called in ``apps.py``.

    Several may be registered: what one of them approves is approved. Until one is, nothing that needs approval
    leaves. Safe to repeat.
    """
    if approved not in _approvals:
        _approvals.append(approved)


def register_exclusion(code: str, sql: str) -> None:
    """Refuse with ``code`` the marketing for which ``sql`` is true; called in ``apps.py``, its sentence given to
    ``reasons.register``.

    ``sql`` is a boolean expression over the alias ``candidate``: the columns of ``verdict_sql``'s candidates and
    ``person_id`` (the canonical profile). It is asked only of whoever passed what stands before it, once a row, so
    it needs an index that begins with what it compares to ``candidate``. Raises ExclusionAlreadyRegistered for
    another expression under the same code.
    """
    if not _CODE.fullmatch(code):
        raise ValueError(f"{code!r} is no code: letters a to z and _")
    if _exclusions.get(code, sql) != sql:
        raise ExclusionAlreadyRegistered(code)
    _exclusions[code] = sql


def unregister_exclusion(code: str) -> None:
    """Forget an exclusion; for what registers one for a while only (a test)."""
    _exclusions.pop(code, None)


def approved_of(hashes: Sequence[str], now: datetime) -> set[str]:
    """Return those of ``hashes`` that are approved."""
    return {one for asked in _approvals for one in asked(hashes, now)} if hashes else set()


def exclusions() -> dict[str, str]:
    """Return the expressions by their codes, in the order in which they were registered."""
    return dict(_exclusions)
