"""Suppressions: kept as hashes, open once, and they stop what waits."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from engagement.events.models import OutboxEvent
from engagement.profiles import withdrawals
from engagement.profiles.actions import resolve
from engagement.profiles.actions.suppress import SuppressionRefused, lift, suppress, suppressions_of
from engagement.profiles.addresses import InvalidAddress
from engagement.profiles.models import Suppression
from engagement.profiles.suppression import address_hash, address_hash_sql
from engagement.village.models import AuditEntry
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def stop(address="Ana@Customer.example", *, kind="email", purpose="marketing", now=NOW, **changed):
    facts = {"reason": "asked", "source": "page"} | changed
    return suppress(kind=kind, address=address, purpose=purpose, now=now, **facts)


@pytest.mark.parametrize(
    ("kind", "address"), [("email", "ana@customer.example"), ("phone", "+5531999990000"), ("email", "joão'%@ñ.example")]
)
def test_python_and_the_database_make_the_same_hash(kind, address):
    with connection.cursor() as cursor:
        given = {"kind": kind, "address": address}
        cursor.execute(f"SELECT {address_hash_sql('%(kind)s::text', '%(address)s::text')}", given)
        assert cursor.fetchone() == (address_hash(kind, address),)


def test_another_key_makes_another_hash(settings):
    one = address_hash("email", "ana@customer.example")
    settings.ADDRESS_HASH_KEY = "another key that is long enough"
    assert address_hash("email", "ana@customer.example") != one


def test_only_the_hash_of_the_address_is_kept():
    row = stop()
    assert row.address_hash == address_hash("email", "ana@customer.example")
    with connection.cursor() as cursor:
        cursor.execute("SELECT s::text FROM profiles_suppression s")
        assert "customer.example" not in cursor.fetchone()[0]
    kept = AuditEntry.objects.get(action="suppression.made")
    assert "customer.example" not in f"{kept.subject_name} {kept.detail}"


def test_suppressing_twice_keeps_one_and_tells_once():
    assert stop() == stop(now=NOW + timedelta(days=1))
    assert OutboxEvent.objects.filter(name="profiles.suppressed").count() == 1


def test_one_with_an_end_does_not_stand_for_one_without():
    until = NOW + timedelta(days=30)
    assert stop(ends_at=until) == stop(ends_at=until)
    assert stop() == stop(ends_at=until)
    assert Suppression.objects.count() == 2


def test_the_database_keeps_one_open_per_address_and_purpose():
    row = stop()
    with pytest.raises(IntegrityError), transaction.atomic():
        Suppression.objects.create(
            kind="email", address_hash=row.address_hash, purpose="marketing", reason="x", source="x", starts_at=NOW
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Suppression.objects.create(kind="email", address_hash="ana@x.example", reason="x", source="x", starts_at=NOW)


def test_what_waits_for_whoever_has_the_address_is_stopped(monkeypatch):
    told = []
    monkeypatch.setattr(withdrawals, "_told", [lambda **facts: told.append(facts)])
    profile = resolve(kind="phone", address="+55 31 99999-0000", now=NOW).profile_id
    stop("+55 31 99999-0000", kind="phone", purpose="")
    assert [(f["profile_ids"], f["channel"], f["purpose"]) for f in told] == [
        ([profile], channel, purpose) for channel in ("sms", "whatsapp") for purpose in ("marketing", "service")
    ]


def test_lifting_ends_it_and_keeps_the_row():
    row, later = stop(), NOW + timedelta(days=1)
    lift(suppression_id=row.pk, actor=None, now=later)
    lift(suppression_id=row.pk, actor=None, now=later + timedelta(days=1))
    assert Suppression.objects.get().ends_at == later
    assert suppressions_of(kind="email", address="ana@customer.example", now=later) == []
    assert suppressions_of(kind="email", address="ana@customer.example", now=NOW) == [row]
    assert AuditEntry.objects.filter(action="suppression.lifted").count() == 1
    assert stop(now=later + timedelta(days=2)) != row


def test_what_is_no_suppression_is_refused():
    with pytest.raises(SuppressionRefused, match="no purpose"):
        stop(purpose="fun")
    with pytest.raises(SuppressionRefused, match="ends after"):
        stop(ends_at=NOW)
    with pytest.raises(InvalidAddress):
        stop("no address")
    assert Suppression.objects.count() == 0
