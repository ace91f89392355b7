"""Nobody changes the audit trail through the application's own connection, whichever table name they use."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group
from django.db import InternalError, ProgrammingError, connection, transaction

from engagement.partitions import prepare_partitions
from engagement.village.audit import record
from engagement.village.models import AuditEntry, Department, Role, User

NOW = datetime.now(UTC)


@pytest.fixture
def entry(db) -> AuditEntry:
    prepare_partitions(now=NOW)
    return record(actor=None, action="test.happened", subject=Department.objects.get(slug="legal"), now=NOW)


def partition_of(entry: AuditEntry) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM village_auditentry WHERE key = %s", [entry.key])
        return cursor.fetchone()[0]


def refused(sql: str) -> None:
    appends_only = pytest.raises((ProgrammingError, InternalError), match="the audit trail is append-only")
    with appends_only, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert AuditEntry.objects.get().action == "test.happened"


def test_a_new_entry_goes_to_the_partition_of_its_month(entry):
    assert partition_of(entry) == f"village_auditentry_{NOW:%Y_%m}"


@pytest.mark.parametrize("table", ["whole", "month"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET action = 'lie'", "DELETE FROM {}", "TRUNCATE {}"])
def test_change_is_refused(entry, table, statement):
    refused(statement.format("village_auditentry" if table == "whole" else partition_of(entry)))


@pytest.mark.parametrize("statement", ["UPDATE {} SET action = 'lie'", "DELETE FROM {}", "TRUNCATE {}"])
def test_change_is_refused_in_the_default_partition(db, statement):
    record(actor=None, action="test.happened", subject=Department.objects.get(slug="legal"), now=NOW)
    refused(statement.format("village_auditentry_default"))


def test_moving_rows_out_by_changing_their_key_is_refused(entry):
    refused("UPDATE village_auditentry SET key = gen_random_uuid()")


def test_the_orm_cannot_change_or_delete_either(entry):
    entry.action = "lie"
    with pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
        entry.save()
    with pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
        entry.delete()
    assert AuditEntry.objects.get().action == "test.happened"


def test_a_person_who_is_gone_stays_in_the_trail(db):
    person = User.objects.create_user("gone@pedralva.example", name="Gone Away")
    record(actor=person, action="test.happened", subject=person, now=NOW)
    key = person.key
    person.delete()
    entry = AuditEntry.objects.get()
    assert (entry.actor_id, entry.actor_name) == (key, "Gone Away <gone@pedralva.example>")


@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_leaves_an_entry():
    record(actor=None, action="test.happened", subject=Department.objects.get(slug="legal"), now=NOW)
    assert AuditEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_and_the_next_one_starts_from_an_empty_trail_with_all_roles():
    assert AuditEntry.objects.count() == 0
    assert Role.objects.count() == 12
    agent = Group.objects.get(role__slug="agent")
    assert agent.permissions.filter(codename="view_profile").exists()
