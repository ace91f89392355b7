"""Suppressions: kept as hashes, open once, and they stop what waits."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, connection, transaction

from engagement.events.models import OutboxEvent
from engagement.profiles import withdrawals
from engagement.profiles.actions import resolve
from engagement.profiles.actions.block_list_file import end_list
from engagement.profiles.actions.suppress import SuppressionRefused, lift, suppress, suppressions_of
from engagement.profiles.actions.suppress_list import ListRefused, Taken, add_list
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


def test_the_database_keeps_one_open_per_address_purpose_and_source():
    row = stop()
    with pytest.raises(IntegrityError), transaction.atomic():
        Suppression.objects.create(
            kind="email", address_hash=row.address_hash, purpose="marketing", reason="x", source="page", starts_at=NOW
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


def test_one_may_begin_later_and_is_brought_forward():
    day = NOW + timedelta(days=10)
    row = stop(starts_at=day)
    assert suppressions_of(kind="email", address="ana@customer.example", now=NOW) == []
    assert suppressions_of(kind="email", address="ana@customer.example", now=day) == [row]
    assert stop() == row
    assert suppressions_of(kind="email", address="ana@customer.example", now=NOW) == [row]


def test_what_one_takes_back_leaves_alone_what_another_decided():
    theirs, ours = stop(reason="unsubscribed"), stop(source="staff")
    assert theirs != ours
    lift(suppression_id=theirs.pk, actor=None, now=NOW)
    assert suppressions_of(kind="email", address="ana@customer.example", now=NOW) == [ours]


class TestList:
    FILE = b"""\xef\xbb\xbftelefone;desde
31981234567;2026-01-02
(11) 3234-5678
+44 20 7946 0958

31 98123-4567
no number
"""

    def add(self, file=FILE, **facts):
        return add_list(**{"name": "nao-me-perturbe", "file": BytesIO(file), "now": NOW} | facts)

    def test_its_numbers_get_no_marketing_with_and_without_the_ninth_digit(self):
        assert self.add() == Taken(added=3, known=1, refused=2)
        for number in ("+5531981234567", "+553181234567", "+551132345678", "+442079460958"):
            (row,) = suppressions_of(kind="phone", address=number, now=NOW)
            assert (row.purpose, row.source) == ("marketing", "list:nao-me-perturbe")
        assert suppressions_of(kind="phone", address="+5531981234560", now=NOW) == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT string_agg(s::text, ' ') FROM profiles_suppression s")
            assert "81234567" not in cursor.fetchone()[0]

    def test_added_again_it_changes_nothing_and_ended_it_holds_nothing_back(self):
        stop("+5531981234567", kind="phone")
        self.add()
        assert self.add() == Taken(added=0, known=4, refused=2)
        assert end_list(name="nao-me-perturbe", now=NOW + timedelta(days=1)) == 4
        assert end_list(name="nao-me-perturbe", now=NOW + timedelta(days=2)) == 0
        left = suppressions_of(kind="phone", address="+5531981234567", now=NOW + timedelta(days=1))
        assert [row.source for row in left] == ["page"]
        actions = AuditEntry.objects.filter(action__startswith="suppression.list").values_list("action", flat=True)
        assert sorted(actions) == ["suppression.list_added"] * 2 + ["suppression.list_ended"]

    def test_it_may_begin_later_and_be_ended_before(self):
        day = NOW + timedelta(days=30)
        self.add(starts_at=day)
        assert suppressions_of(kind="phone", address="+5531981234567", now=NOW) == []
        assert len(suppressions_of(kind="phone", address="+5531981234567", now=day)) == 1
        assert end_list(name="nao-me-perturbe", now=NOW) == 4
        assert not Suppression.objects.exists()

    def test_a_file_without_a_number_is_refused_whole(self):
        for file in (b"", b"name\nana\n", b"\xff\xfe\x00\x00"):
            with pytest.raises(ListRefused):
                self.add(file)
        assert not Suppression.objects.exists()
        assert not AuditEntry.objects.exists()

    def test_many_lines_take_few_statements(self, django_assert_max_num_queries):
        lines = "\n".join(f"3198{number:07d}" for number in range(6_000)).encode()
        with django_assert_max_num_queries(8):
            assert self.add(lines).added == 6_000
