"""The source of what came in is removed after the organization's time; the message in its conversation stays.

What waits for a worker or for a person is kept, and so is everything of people under a legal hold. Sources are looked
at in the order of their keys, a bounded number at a time; where the last turn stopped stands in the cache, and when
that is lost, it begins anew.
"""

import time
from datetime import datetime, timedelta
from uuid import UUID

from django.core.cache import cache
from django.db import connection, transaction

from conversations.models import Message
from engagement.organization.current import current_organization
from engagement.partitions import first_key
from engagement.profiles.family import family_of
from engagement.profiles.models import LegalHold
from engagement.village.audit import record

PAGE_SIZE = 1_000  # rows that one transaction looks at
TURN_SECONDS = 60.0
PLACE = "sources-removed-up-to"
PLACE_SECONDS = 24 * 3600  # then all is looked at again: what was settled meanwhile is removed too
_FIRST = UUID(int=0)
_PAGE = """
SELECT key, status IN ('read', 'robot', 'settled', 'duplicate') AND octet_length(body) > 0 AS is_removable
FROM engagement_channels_rawevent WHERE key > %(after)s AND key < %(before)s ORDER BY key LIMIT %(most)s
"""
_REMOVE = """
UPDATE engagement_channels_rawevent
SET body = '', facts = facts || jsonb_build_object('source_removed_at', %(now)s::text)
WHERE key IN (
    SELECT key FROM engagement_channels_rawevent WHERE key = ANY(%(keys)s)
    AND status IN ('read', 'robot', 'settled', 'duplicate') ORDER BY key FOR NO KEY UPDATE SKIP LOCKED
)
"""


def remove_old_sources(*, now: datetime) -> int:
    """Remove what is older than the organization keeps sources; return how many. Safe to repeat and in parallel."""
    days = current_organization().keeps_sources_days
    if not days:
        return 0
    before = first_key(now - timedelta(days=days))
    held = _held_profiles(now)
    total, after, end = 0, cache.get(PLACE) or _FIRST, time.monotonic() + TURN_SECONDS
    while time.monotonic() < end:
        page = _page(after, before)
        if not page:
            break
        after = page[-1][0]
        total += _remove([key for key, is_removable in page if is_removable], held, now)
        cache.set(PLACE, after, PLACE_SECONDS)
    if total:
        detail = {"count": total, "days": days}
        record(actor=None, action="inbound.sources_removed", subject=None, now=now, detail=detail)
    return total


def _held_profiles(now: datetime) -> list[UUID]:
    held = LegalHold.objects.standing(now).order_by().values_list("profile_id", flat=True).distinct()
    return [member for profile in held for member in family_of(profile)]


def _page(after: UUID, before: UUID) -> list[tuple[UUID, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(_PAGE, {"after": after, "before": before, "most": PAGE_SIZE})
        found: list[tuple[UUID, bool]] = cursor.fetchall()
    return found


@transaction.atomic
def _remove(keys: list[UUID], held: list[UUID], now: datetime) -> int:
    if keys and held:
        theirs = Message.objects.filter(raw_event_key__in=keys, conversation__profile__in=held)
        kept = set(theirs.order_by().values_list("raw_event_key", flat=True))
        keys = [key for key in keys if key not in kept]
    if not keys:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_REMOVE, {"keys": keys, "now": now.isoformat()})
        removed: int = cursor.rowcount
    return removed
