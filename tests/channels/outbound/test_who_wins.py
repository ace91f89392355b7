"""What happens when several do something to one message at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from engagement.channels.actions.transmit import cancel
from engagement.channels.delivery import circuit, claiming, rate, worker
from engagement.channels.models import Channel, Transmission

pytestmark = pytest.mark.django_db(transaction=True)


def together(number: int, act):
    """Run ``act(index)`` in threads that start at the same moment; return what they returned."""
    start = threading.Barrier(number)

    def one(index: int):
        try:
            start.wait()
            return act(index)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(one, range(number)))


def test_of_an_undo_and_a_claim_exactly_one_wins(send, channel):
    now = timezone.now()
    for _ in range(4):
        row = send(now=now)

        def act(index: int, row=row):
            if index % 2:
                return cancel(transmission_id=row.pk, now=now) and "taken back"
            return claiming.claim(channel_id=channel.pk, owner=f"w{index}", limit=1, now=now) and "claimed"

        outcomes = {outcome for outcome in together(32, act) if outcome}
        row.refresh_from_db()
        assert outcomes == {"taken back" if row.state == "cancelled" else "claimed"}


def test_a_message_is_claimed_by_one_worker_only(send, channel):
    now = timezone.now()
    rows = [send(now=now) for _ in range(60)]
    claims = together(
        8,
        lambda index: [
            row.pk
            for _ in range(10)
            for row in claiming.claim(channel_id=channel.pk, owner=f"w{index}", limit=3, now=now)
        ],
    )
    claimed = [key for keys in claims for key in keys]
    assert sorted(claimed) == sorted(row.pk for row in rows)


def test_many_workers_send_each_message_once(carrier, send, channel):
    rows = [send() for _ in range(80)]

    def work(_index: int):
        while worker.run(channel_id=channel.pk, limit=4):
            pass

    together(6, work)
    ids = [body.partition(b"Message-ID: <")[2].partition(b">")[0].decode() for _, _, body in carrier.received]
    assert sorted(ids) == sorted(row.external_id for row in rows)
    assert Transmission.objects.filter(state="accepted").count() == 80
    assert carrier.connections <= 6, "connections are kept"


def test_one_unique_key_is_one_message_however_often_it_is_written(send):
    keys = together(16, lambda _index: send(unique_key="the same").pk)
    assert len(set(keys)) == 1
    assert Transmission.objects.count() == 1


def test_a_minute_never_sees_more_than_the_rate(channel):
    now = timezone.now()
    granted: list[tuple[float, int]] = []

    def draw(index: int):
        for step in range(60):
            at = now + timedelta(seconds=step * 3)
            drawn = rate.draw(channel_id=channel.pk, per_minute=60, wanted=4, now=at)
            granted.append((step * 3.0, drawn.granted))

    together(4, draw)
    for start in range(0, 180, 3):
        within = sum(number for at, number in granted if start <= at < start + 60)
        assert within <= 60, start
    assert sum(number for _, number in granted) >= 120


def test_a_half_open_circuit_is_tried_by_exactly_one_worker(send, channel):
    now = timezone.now()
    for _ in range(20):
        send(now=now)
    Channel.objects.update(failures_in_row=circuit.FAILURES, circuit_open_until=now - timedelta(seconds=1))
    claims = together(12, lambda index: claiming.claim(channel_id=channel.pk, owner=f"w{index}", limit=5, now=now))
    assert sum(len(rows) for rows in claims) == 1
