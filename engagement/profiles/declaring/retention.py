"""Forget what we need not know any more: each attribute says how long after its last change it is kept.

A value that came in by another way than ``change`` (an import, a merge) is dated when it is first seen here.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction

from engagement.events.catalogue import ProfileChanged
from engagement.events.outbox import publish_all
from engagement.profiles.models import AttributeDefinition
from engagement.statements import rows
from engagement.village.audit import record

_AT_ONCE = 1_000
_DATE = """
UPDATE profiles_profile SET attributes_at = attributes_at || jsonb_build_object(%(slug)s::text, %(now)s::text)
WHERE key IN (
    SELECT key FROM profiles_profile WHERE attributes ? %(slug)s AND NOT attributes_at ? %(slug)s
    LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED
) RETURNING key
"""
_FORGET = """
UPDATE profiles_profile SET attributes = attributes - %(slug)s::text, attributes_at = attributes_at - %(slug)s::text
WHERE key IN (
    SELECT key FROM profiles_profile
    WHERE attributes ? %(slug)s AND (attributes_at ->> %(slug)s)::timestamptz < %(before)s
    ORDER BY key LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED
) RETURNING key
"""
# What merges remember must not bring it back when they are undone.
_NOT_IN_MERGES = """
UPDATE profiles_merge SET offered = offered - %(name)s::text, facts = facts - %(name)s::text
WHERE kept_id = ANY(%(keys)s::uuid[]) OR merged_id = ANY(%(keys)s::uuid[])
"""


def forget_in_time(*, now: datetime) -> int:
    """Forget every value whose time is over; return how many. Safe to repeat and to run in parallel."""
    kept = AttributeDefinition.objects.exclude(retention_days=None).order_by("slug")
    return sum(_of(definition, now) for definition in kept)


def _of(definition: AttributeDefinition, now: datetime) -> int:
    while len(rows(_DATE, {"slug": definition.slug, "now": now.isoformat(), "most": _AT_ONCE})) == _AT_ONCE:
        continue
    before, forgotten = now - timedelta(days=definition.retention_days or 0), 0
    while True:
        done = _group(definition, before, now)
        forgotten += done
        if done < _AT_ONCE:
            return forgotten


@transaction.atomic
def _group(definition: AttributeDefinition, before: datetime, now: datetime) -> int:
    slug = definition.slug
    keys = [row[0] for row in rows(_FORGET, {"slug": slug, "before": before, "most": _AT_ONCE})]
    if not keys:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_NOT_IN_MERGES, {"name": f"attributes.{slug}", "keys": keys})
    fields = [f"attributes.{slug}"]
    publish_all([ProfileChanged(profile_id=key, fields=fields, actor_id=None, at=now) for key in keys], now=now)
    detail = {"people": len(keys), "days": definition.retention_days}
    record(actor=None, action="attribute.forgotten", subject=definition, now=now, detail=detail)
    return len(keys)
