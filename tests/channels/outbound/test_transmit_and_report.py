"""The actions: transmit, cancel, send again, settle, report."""

from datetime import timedelta

import msgspec
import pytest
from django.utils import timezone

from engagement.channels.actions.report import NotAReceipt, report
from engagement.channels.actions.transmit import AlreadySent, cancel, send_again, settle
from engagement.channels.delivery import waking
from engagement.channels.models import DeliveryReport, Transmission
from engagement.events.models import OutboxEvent
from engagement.village.models import AuditEntry, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def iara():
    return User.objects.create(email="iara@pedralva.example", name="Iara Menezes")


def states_told(row: Transmission) -> list[str]:
    events = OutboxEvent.objects.filter(subject=f"transmission:{row.key}").order_by("position")
    return [msgspec.json.decode(bytes(event.payload))["state"] for event in events]


def receipt(row: Transmission, state: str, key: str, **changes) -> bool:
    facts = {
        "channel_id": row.channel_id,
        "external_id": row.external_id,
        "state": state,
        "recipient": "ana@cliente.example",
        "detail": f"says {state}",
        "unique_key": key,
        "at": timezone.now(),
    }
    return report(**{**facts, **changes})


def put(row: Transmission, state: str) -> Transmission:
    Transmission.objects.filter(pk=row.pk).update(state=state)
    row.refresh_from_db()
    return row


def test_a_worker_is_woken_when_the_time_to_undo_is_over(send, monkeypatch, django_capture_on_commit_callbacks):
    woken = []
    monkeypatch.setattr(waking, "wake", lambda task, countdown=0: woken.append((task, round(countdown, 1))))
    now = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        send(now=now, not_before=now + timedelta(seconds=10))
        send(now=now)
        assert woken == [], "not before the commit"
    assert woken == [(waking.DELIVER, 10.0), (waking.DELIVER, 0)]


def test_taking_back_twice_publishes_one_event(send):
    row = send()
    now = timezone.now()
    assert cancel(transmission_id=row.pk, now=now) is True
    assert cancel(transmission_id=row.pk, now=now) is True
    assert states_told(row) == ["cancelled"]


def test_what_left_cannot_be_taken_back(send):
    row = put(send(), "claimed")
    assert cancel(transmission_id=row.pk, now=timezone.now()) is False
    assert put(row, "claimed").state == "claimed"
    assert states_told(row) == []


def test_a_person_sends_again_what_is_unknown_with_the_same_message_id(carrier, send, deliver, iara):
    carrier.answers = {"END": "cut"}
    row = send()
    deliver()
    carrier.answers = {}
    row.refresh_from_db()
    assert row.state == "unknown"
    send_again(transmission=row, actor=iara, now=timezone.now())
    again = send_again(transmission=row, actor=iara, now=timezone.now())
    assert again.state == "queued"
    deliver()
    row.refresh_from_db()
    assert row.state == "accepted"
    ids = [body.count(row.external_id.encode()) for _, _, body in carrier.received]
    assert ids == [1, 1]
    assert states_told(row) == ["unknown", "queued", "accepted"]
    assert AuditEntry.objects.filter(action="transmission.sent_again").count() == 1
    with pytest.raises(AlreadySent):
        send_again(transmission=row, actor=iara, now=timezone.now())


def test_settling_takes_a_failure_off_the_list_once(send, iara):
    row = put(send(), "failed")
    settle(transmission=row, actor=iara, now=timezone.now())
    settled = settle(transmission=row, actor=iara, now=timezone.now())
    assert settled.settled_by == iara
    assert states_told(row) == ["failed"]
    assert AuditEntry.objects.filter(action="transmission.settled").count() == 1


def test_what_is_on_its_way_cannot_be_settled(send, iara):
    row = put(send(), "handing")
    assert settle(transmission=row, actor=iara, now=timezone.now()).settled_at is None


def test_receipts_only_move_a_message_forwards_in_whatever_order_they_come(send):
    row = put(send(), "accepted")
    for number, state in enumerate(["read", "delivered", "accepted", "bounced", "read", "complained", "bounced"]):
        assert receipt(row, state, f"r{number}") is True
    row.refresh_from_db()
    assert row.state == "complained"
    assert states_told(row) == ["read", "bounced", "complained"]
    assert DeliveryReport.objects.filter(transmission=row).count() == 7


def test_a_receipt_that_comes_twice_is_kept_once(send):
    row = put(send(), "accepted")
    assert receipt(row, "bounced", "same") is True
    assert receipt(row, "bounced", "same") is True
    assert DeliveryReport.objects.count() == 1
    assert states_told(row) == ["bounced"]


def test_a_bounce_settles_what_was_unknown(send):
    row = put(send(), "unknown")
    receipt(row, "bounced", "b")
    row.refresh_from_db()
    assert (row.state, row.error) == ("bounced", "says bounced")


@pytest.mark.parametrize(("state", "after"), [("bounced", "queued"), ("delivered", "delivered")])
def test_what_waits_to_leave_again_is_stopped_only_by_the_proof_that_it_arrived(send, state, after):
    row = send()
    receipt(row, state, "r")
    row.refresh_from_db()
    assert row.state == after


@pytest.mark.parametrize("state", ["cancelled", "refused"])
def test_what_was_held_back_is_never_moved_by_a_receipt(send, state):
    row = put(send(), state)
    receipt(row, "delivered", "r")
    row.refresh_from_db()
    assert row.state == state


def test_a_receipt_of_an_unknown_message_changes_nothing(send):
    row = put(send(), "accepted")
    assert receipt(row, "bounced", "x", external_id="other@pedralva.example") is False
    assert DeliveryReport.objects.count() == 0


def test_only_a_carrier_s_states_can_be_reported(send):
    with pytest.raises(NotAReceipt):
        receipt(send(), "queued", "x")
