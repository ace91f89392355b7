"""Claims are short, and are kept while their worker works: what a host that is gone had claimed is read soon."""

import threading
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from engagement.channels.delivery import claiming
from engagement.channels.inbound import processing
from engagement.channels.models import Channel, RawEvent, Transmission
from engagement.keep_alive import kept_alive
from engagement.keys import new_key


def test_a_claim_is_renewed_until_the_work_ends():
    renewed: list[float] = []
    with kept_alive(lambda: renewed.append(time.monotonic()), every_seconds=0.05):
        time.sleep(0.4)
    before = len(renewed)
    assert before >= 3
    time.sleep(0.2)
    assert len(renewed) == before


def test_work_that_hangs_loses_its_claim():
    renewed: list[int] = []
    with kept_alive(lambda: renewed.append(1), every_seconds=0.05, at_most_seconds=0.2):
        time.sleep(0.6)
    assert 1 <= len(renewed) <= 5


def test_an_error_of_the_work_is_raised_and_ends_the_thread():
    with pytest.raises(ZeroDivisionError), kept_alive(lambda: None, every_seconds=60):
        raise ZeroDivisionError
    assert "keep-alive" not in {thread.name for thread in threading.enumerate()}


def test_leases_end_within_a_minute_of_their_host(settings):
    assert settings.DELIVERY_LEASE_SECONDS + 15 <= 60  # and the sweep that recovers them
    assert processing._LEASE + timedelta(seconds=5) <= timedelta(seconds=30)
    assert processing._LEASE.total_seconds() > 2 * processing._RENEW_SECONDS


def make_raw(channel):
    return RawEvent.objects.create(channel=channel, received_at=timezone.now(), body=b"", status="received").key


@pytest.mark.django_db
def test_renewing_prolongs_what_is_claimed_and_leaves_what_was_put_off_or_read():
    now = timezone.now()
    channel = Channel.objects.create(kind="email", address="care@pedralva.example", name="Care")
    claimed, put_off, read = make_raw(channel), make_raw(channel), make_raw(channel)
    RawEvent.objects.filter(key=claimed).update(next_attempt_at=now + timedelta(seconds=3))
    later = now + timedelta(minutes=4)
    RawEvent.objects.filter(key=put_off).update(next_attempt_at=later)
    RawEvent.objects.filter(key=read).update(status=RawEvent.Status.ROBOT, next_attempt_at=None)
    processing._renew([claimed, put_off, read], now)
    found = dict(RawEvent.objects.values_list("key", "next_attempt_at"))
    assert found == {claimed: now + processing._LEASE, put_off: later, read: None}


@pytest.mark.django_db
def test_a_worker_prolongs_only_its_own_living_claims():
    now = timezone.now()
    channel = Channel.objects.create(kind="email", address="care@pedralva.example", name="Care")

    def claimed(owner: str, seconds: float, state: str = "claimed"):
        key = new_key()
        until = now + timedelta(seconds=seconds)
        facts = {"purpose": "service", "source": "test", "source_id": key, "external_id": str(key), "not_before": now}
        return Transmission.objects.create(
            key=key, unique_key=str(key), channel=channel, created_at=now, state_at=now, state=state,
            lease_owner=owner, lease_until=until, **facts,
        ).pk  # fmt: skip

    ours, others = claimed("us", 5), claimed("them", 5)
    expired, begun = claimed("us", -1), claimed("us", 5, state="handing")
    claiming.renew_all(owner="us", now=now)
    left = {key: (until - now).total_seconds() for key, until in Transmission.objects.values_list("pk", "lease_until")}
    assert left == {ours: 40, others: 5, expired: -1, begun: 5}
