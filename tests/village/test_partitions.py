"""The months' partitions are made ahead, once, and never lose a row."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from uuid_utils.compat import uuid7

from engagement.partitions import PARTITIONED, first_key, prepare_partitions
from engagement.village.models import AuditEntry

pytestmark = pytest.mark.django_db
FAR = datetime(2091, 11, 17, 12, tzinfo=UTC)


def partitions(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [table])
        return {name for (name,) in cursor.fetchall()}


def test_this_month_and_the_next_three_are_made_over_the_turn_of_the_year():
    made = prepare_partitions(now=FAR)
    months = ["2091_11", "2091_12", "2092_01", "2092_02"]
    assert made == [f"{table}_{month}" for table in PARTITIONED for month in months]
    for table in PARTITIONED:
        assert {f"{table}_{month}" for month in months} <= partitions(table)


def test_preparing_twice_makes_nothing_new():
    prepare_partitions(now=FAR)
    assert prepare_partitions(now=FAR) == []


def test_a_month_whose_rows_wait_in_the_default_partition_is_left_there():
    key = first_key(FAR)
    AuditEntry.objects.create(key=key, at=FAR, actor_name="x", action="x", subject_type="x", subject_id="x")
    made = prepare_partitions(now=FAR, months_ahead=1)
    assert "village_auditentry_2091_11" not in made
    assert "village_auditentry_2091_12" in made
    assert AuditEntry.objects.get().key == key


def test_the_first_key_of_a_moment_sorts_before_every_key_made_then():
    before, key, after = datetime.now(UTC), uuid7(), datetime(2300, 1, 1, tzinfo=UTC)
    assert first_key(before) <= key < first_key(after)
