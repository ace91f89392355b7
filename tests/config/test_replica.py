"""Reports read from the copy of the database, and nothing else does."""

import pytest
from django.db import DatabaseError

from engagement import replica
from engagement.events.models import OutboxEvent
from engagement.operations.actions import count
from engagement.operations.checklist import Measured
from engagement.replica import ALIAS, ReplicaRouter, read_report, reading_replica, report_alias

ROUTER = ReplicaRouter()


def test_without_a_copy_reports_read_the_database():
    with reading_replica():
        assert ROUTER.db_for_read(OutboxEvent) is None
        assert report_alias() == "default"


def test_with_a_copy_only_what_says_so_reads_from_it(monkeypatch):
    monkeypatch.setattr(replica, "_is_usable", lambda: True)
    assert ROUTER.db_for_read(OutboxEvent) is None
    with reading_replica():
        assert ROUTER.db_for_read(OutboxEvent) == report_alias() == ALIAS
        assert ROUTER.db_for_write(OutboxEvent) == "default"
    assert ROUTER.db_for_read(OutboxEvent) is None
    assert not ROUTER.allow_migrate(ALIAS, "events")
    assert ROUTER.allow_migrate("default", "events")


def test_a_check_that_the_copy_refuses_is_asked_at_the_database(monkeypatch):
    asked = []

    def measure(item, now):
        asked.append(report_alias())
        if report_alias() == ALIAS:
            raise DatabaseError("canceling statement due to conflict with recovery")
        return Measured(1.0, 3)

    monkeypatch.setattr(replica, "_is_usable", lambda: True)
    monkeypatch.setattr(count, "_measure", measure)
    item = type("Item", (), {"name": "any"})()
    assert count.measure(item, None) == (Measured(1.0, 3), "")
    assert asked == [ALIAS, "default"]


def test_what_asks_for_a_report_names_no_connection_itself(monkeypatch):
    asked = []
    monkeypatch.setattr(replica, "_is_usable", lambda: True)
    assert read_report(lambda: asked.append(report_alias()) or 7, name="any") == 7
    assert asked == [ALIAS]


@pytest.fixture(autouse=True)
def _left_alone(monkeypatch):
    monkeypatch.setattr(replica, "_leave_alone", lambda: None)


@pytest.mark.django_db
def test_inside_a_transaction_the_database_itself_is_read(monkeypatch):
    monkeypatch.setitem(replica.connections.databases, ALIAS, {})
    with reading_replica():
        assert report_alias() == "default"
