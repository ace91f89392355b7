"""The outbox and its relay: at least once, in order per subject, dead ones wait for a person."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

from engagement.events import actions, relay
from engagement.events.catalogue import InboundFailed
from engagement.events.models import EventReceipt, OutboxEvent
from engagement.events.outbox import NoTransaction, publish
from engagement.events.subscriptions import SUBSCRIBERS, Subscriber
from engagement.profiles.models import Profile

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
RAW = uuid4()


def failed(reason: str = "no sender", raw: object = RAW) -> InboundFailed:
    return InboundFailed(raw_event_id=raw, channel_id=uuid4(), reason=reason, at=NOW)


@pytest.fixture
def seen(monkeypatch):
    """Replace the subscribers of InboundFailed by one that writes down the reasons it was told."""
    told: list[str] = []
    subscriber = Subscriber(name="tests.tell", react=lambda event: told.append(event.reason))
    monkeypatch.setitem(SUBSCRIBERS, InboundFailed.name, [subscriber])
    return told


@pytest.mark.django_db(transaction=True)
class TestRelay:
    def test_an_event_outside_a_transaction_is_refused(self):
        with pytest.raises(NoTransaction):
            publish(failed(), now=NOW)
        assert OutboxEvent.objects.count() == 0

    def test_an_event_of_a_transaction_that_failed_never_was(self, seen):
        def publish_and_fail():
            with transaction.atomic():
                publish(failed(), now=NOW)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            publish_and_fail()
        assert relay.run_pending(now=NOW) == 0
        assert seen == []

    def test_each_event_is_told_once_and_kept_as_done(self, seen):
        with transaction.atomic():
            publish(failed("first"), now=NOW)
            publish(failed("second"), now=NOW)
        assert relay.run_pending(now=NOW) == 2
        assert relay.run_pending(now=NOW) == 0
        assert seen == ["first", "second"]
        assert set(OutboxEvent.objects.values_list("status", flat=True)) == {"done"}

    def test_what_a_failing_subscriber_wrote_is_undone_and_the_others_are_not_told_again(self, monkeypatch):
        told: list[str] = []
        fails = [True]

        def write_then_fail(event):
            Profile.objects.create(name="half", created_at=NOW)
            if fails:
                raise ValueError("not today")

        subscribers = [
            Subscriber("tests.first", lambda event: told.append(event.reason)),
            Subscriber("tests.second", write_then_fail),
        ]
        monkeypatch.setitem(SUBSCRIBERS, InboundFailed.name, subscribers)
        with transaction.atomic():
            event = publish(failed("one"), now=NOW)
        relay.run_pending(now=NOW)
        event.refresh_from_db()
        assert (event.status, event.attempts, event.last_error) == ("pending", 1, "ValueError: not today")
        assert Profile.objects.count() == 0
        fails.clear()
        relay.run_pending(now=NOW + timedelta(minutes=1))
        event.refresh_from_db()
        assert (event.status, told, Profile.objects.count()) == ("done", ["one"], 1)
        assert EventReceipt.objects.count() == 2

    def test_a_later_event_waits_for_the_failed_one_of_its_subject_but_not_for_others(self, monkeypatch):
        told: list[str] = []

        def refuse_first(event):
            if event.reason == "bad":
                raise ValueError("bad")
            told.append(event.reason)

        monkeypatch.setitem(SUBSCRIBERS, InboundFailed.name, [Subscriber("tests.refuse", refuse_first)])
        with transaction.atomic():
            publish(failed("bad"), now=NOW)
            publish(failed("after bad"), now=NOW)
            publish(failed("elsewhere", raw=uuid4()), now=NOW)
        relay.run_pending(now=NOW)
        assert told == ["elsewhere"]

    def test_an_event_that_fails_too_often_is_dead_until_it_is_replayed(self, monkeypatch):
        broken = [True]

        def react(event):
            if broken:
                raise ValueError("broken")

        monkeypatch.setitem(SUBSCRIBERS, InboundFailed.name, [Subscriber("tests.broken", react)])
        with transaction.atomic():
            event = publish(failed(), now=NOW)
        for hour in range(relay.MAX_ATTEMPTS):
            relay.run_pending(now=NOW + timedelta(hours=hour))
        event.refresh_from_db()
        assert (event.status, event.attempts) == ("dead", relay.MAX_ATTEMPTS)
        broken.clear()
        actions.replay(key=event.key, now=NOW + timedelta(days=1))
        relay.run_pending(now=NOW + timedelta(days=1))
        event.refresh_from_db()
        assert event.status == "done"

    def test_four_relays_at_once_tell_each_event_once_in_order_per_subject(self, monkeypatch):
        told: list[tuple[object, int]] = []
        lock = threading.Lock()

        def note(event):
            with lock:
                told.append((event.raw_event_id, int(event.reason)))

        monkeypatch.setitem(SUBSCRIBERS, InboundFailed.name, [Subscriber("tests.note", note)])
        subjects = [uuid4() for _ in range(5)]
        with transaction.atomic():
            for number in range(12):
                for subject in subjects:
                    publish(failed(str(number), raw=subject), now=NOW)

        def work():
            while OutboxEvent.objects.filter(status="pending").exists():
                relay.run_pending(now=NOW)
            connection.close()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert len(told) == 60
        for subject in subjects:
            assert [number for raw, number in told if raw == subject] == list(range(12))

    def test_done_events_are_thrown_away_after_a_week(self, seen):
        with transaction.atomic():
            publish(failed(), now=NOW)
        relay.run_pending(now=NOW)
        assert actions.prune(now=NOW + timedelta(days=6)) == 0
        assert actions.prune(now=NOW + timedelta(days=8)) > 0
        assert OutboxEvent.objects.count() == 0
