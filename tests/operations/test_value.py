"""Value cases: revisions that never change, signatures by somebody else, the return."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from engagement.operations.actions.steer import SteeringRefused
from engagement.operations.actions.value import sign_value, write_value
from engagement.operations.models import ValueEntry, ValueSignature
from engagement.operations.selectors.value import value
from engagement.village.models import AuditEntry
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def bruna():
    return person("visionary", email="bruna@pedralva.example", name="Bruna Teixeira Koch")


@pytest.fixture
def celina():
    return person("benefactor", email="celina@pedralva.example", name="Celina Monteiro-Reis")


def write(author, name="Fewer repeat calls", outcome="saving", amounts=(40, 100, 130), **facts) -> ValueEntry:
    low, base, high = map(Decimal, amounts)
    given = {"currency": "BRL", "baseline": "412 calls in May", "formula": "calls x R$ 9"} | facts
    return write_value(name=name, outcome=outcome, low=low, base=base, high=high, author=author, now=NOW, **given)


def test_the_return_sets_low_gains_against_high_cost(bruna):
    write(bruna, "Calls", "saving", (40, 100, 130))
    write(bruna, "Bookings", "revenue", (80, 140, 160))
    write(bruna, "People", "cost", (50, 80, 100))
    write(bruna, "Elsewhere", "revenue", (1, 2, 3), currency="EUR")
    returned = value().returned
    assert (returned.low, returned.base, returned.high) == (Decimal("0.2"), Decimal(2), Decimal("4.8"))


def test_without_a_cost_there_is_no_return(bruna):
    write(bruna)
    assert value().returned.base is None


def test_a_correction_is_a_new_revision_and_waits_for_its_own_signature(bruna, celina):
    first = write(bruna)
    sign_value(entry=first, actor=celina, now=NOW)
    second = write(bruna, amounts=(30, 90, 120), case=first.case)
    assert (second.number, second.case) == (2, first.key)
    assert [entry.base for entry in value().entries] == [Decimal(90)]
    assert value().unsigned == [second]
    assert ValueEntry.objects.get(pk=first.pk).base == Decimal(100)


def test_the_author_does_not_sign_their_own_case(bruna):
    entry = write(bruna)
    with pytest.raises(SteeringRefused):
        sign_value(entry=entry, actor=bruna, now=NOW)
    assert ValueSignature.objects.count() == 0


def test_a_replaced_revision_is_not_signed(bruna, celina):
    first = write(bruna)
    write(bruna, case=first.case)
    with pytest.raises(SteeringRefused):
        sign_value(entry=first, actor=celina, now=NOW)


def test_signing_twice_keeps_one_signature_and_one_entry_in_the_trail(bruna, celina):
    entry = write(bruna)
    for _ in range(2):
        sign_value(entry=entry, actor=celina, now=NOW)
    assert ValueSignature.objects.count() == 1
    assert AuditEntry.objects.filter(action="value.signed").count() == 1


@pytest.mark.parametrize(
    "statement", ["UPDATE operations_valueentry SET base = high", "DELETE FROM operations_valueentry"]
)
def test_the_database_refuses_to_change_a_revision(bruna, statement):
    write(bruna)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)
    assert ValueEntry.objects.get().base == Decimal(100)


@pytest.mark.parametrize("amounts", [(10, 5, 20), (-1, 5, 20), (1, 30, 20)])
def test_amounts_that_do_not_rise_are_refused(bruna, amounts):
    with pytest.raises(SteeringRefused):
        write(bruna, amounts=amounts)


def test_writing_and_signing_through_the_pages(bruna, celina):
    sent = {"name": "<b>Calls</b>", "outcome": "saving", "currency": "brl", "low": "1", "base": "2", "high": "3"}
    sent |= {"baseline": "x", "formula": "y"}
    assert client_of(bruna).post("/operations/value/new/", sent).status_code == 302
    entry = ValueEntry.objects.get()
    page = client_of(celina).get(f"/operations/value/{entry.case}/").content.decode()
    assert "&lt;b&gt;Calls&lt;/b&gt;" in page
    assert "Waits for your signature" in client_of(celina).get("/").content.decode()
    assert client_of(celina).post(f"/operations/value/entries/{entry.pk}/signature/").status_code == 302
    assert ValueSignature.objects.get().person == celina


def test_a_form_that_says_nothing_sensible_is_422(bruna):
    answer = client_of(bruna).post("/operations/value/new/", {"name": "Calls", "currency": "reais"})
    assert answer.status_code == 422
    assert ValueEntry.objects.count() == 0
