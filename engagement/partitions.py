"""Tables partitioned by month through their UUIDv7 keys: the key holds the time (RFC 9562 section 5.7).

One column is both the key and the partition key, so foreign keys and Django's ORM need not know.
"""

from datetime import UTC, datetime
from uuid import UUID

from django.db import connection

PARTITIONED = ("village_auditentry", "engagement_channels_rawevent")


def first_key(at: datetime) -> UUID:
    """Return the smallest UUIDv7 of the millisecond of ``at``."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def prepare_partitions(*, now: datetime, months_ahead: int = 3) -> list[str]:
    """Create the partitions of this month and the next ``months_ahead``; return the names of new ones."""
    made = []
    for table in PARTITIONED:
        for step in range(months_ahead + 1):
            start, end = _month(now, step), _month(now, step + 1)
            name = f"{table}_{start:%Y_%m}"
            if _create(table, name, first_key(start), first_key(end)):
                made.append(name)
    return made


def _month(now: datetime, step: int) -> datetime:
    months = now.year * 12 + now.month - 1 + step
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)


def _create(table: str, name: str, start: UUID, end: UUID) -> bool:
    """Create one partition unless it is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [name])
        if cursor.fetchone()[0] is not None:
            return False
        inside = f'SELECT EXISTS (SELECT 1 FROM "{table}_default" WHERE key >= %s AND key < %s)'  # noqa: S608
        cursor.execute(inside, [start, end])
        if cursor.fetchone()[0]:
            return False  # those rows stay where they are; the next month gets a partition in time
        cursor.execute(f"CREATE TABLE \"{name}\" PARTITION OF \"{table}\" FOR VALUES FROM ('{start}') TO ('{end}')")
        cursor.execute(guard_as_parent(table, name))
    return True


def guard_as_parent(table: str, partition: str) -> str:
    """Return SQL that gives a partition the statement triggers of its table, unless it has them.

    PostgreSQL copies only row triggers to partitions, so that a TRUNCATE of one partition would pass by the
    guard of the whole table (CREATE TRIGGER, notes on partitioned tables).
    """
    return f"""
    DO $$
    DECLARE definition text;
    BEGIN
        FOR definition IN
            SELECT regexp_replace(pg_get_triggerdef(guard.oid), ' ON [^ ]+ ', ' ON "{partition}" ')
            FROM pg_trigger guard
            WHERE guard.tgrelid = '"{table}"'::regclass AND NOT guard.tgisinternal AND guard.tgtype & 1 = 0
            AND NOT EXISTS (
                SELECT 1 FROM pg_trigger own
                WHERE own.tgrelid = '"{partition}"'::regclass AND own.tgname = guard.tgname
            )
        LOOP
            EXECUTE definition;
        END LOOP;
    END $$
    """  # noqa: S608 - names of our own tables


def partition_by_month(table: str, *, after: str) -> str:
    """Return SQL for a migration that turns an *empty* table into a partitioned one.

    ``after`` is SQL that adds indexes and foreign keys again (LIKE does not copy them).
    """
    return f"""
    ALTER TABLE "{table}" RENAME TO "{table}_plain";
    CREATE TABLE "{table}" (LIKE "{table}_plain" INCLUDING DEFAULTS) PARTITION BY RANGE (key);
    DROP TABLE "{table}_plain";
    ALTER TABLE "{table}" ADD PRIMARY KEY (key);
    CREATE TABLE "{table}_default" PARTITION OF "{table}" DEFAULT;
    {after}
    """
