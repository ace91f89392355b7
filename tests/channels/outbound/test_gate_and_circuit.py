"""Who may leave when, and when a channel is left alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from engagement.channels import gate
from engagement.channels.delivery import circuit, lanes
from engagement.channels.models import Channel, Transmission
from engagement.keys import new_key
from engagement.profiles.actions.identify import add_address
from engagement.profiles.actions.identities import close
from engagement.profiles.actions.resolve import resolve

pytestmark = pytest.mark.django_db


def test_a_million_and_one_take_the_same_number_of_queries(send, django_assert_num_queries):
    now = timezone.now()
    few = [send(purpose="service", profile_id=new_key()) for _ in range(2)]
    many = few + [send(purpose="service", profile_id=new_key()) for _ in range(30)]
    with django_assert_num_queries(6):  # savepoint, channels, who has the address now, policy, loops, release
        assert set(gate.decide(rows=few, now=now).values()) == {gate.Pass()}
    with django_assert_num_queries(6):
        assert len(gate.decide(rows=many, now=now)) == 32


@pytest.mark.parametrize("address", ["MAILER-DAEMON@x.example", "noreply@x.example", "ana-bounces@x.example"])
def test_nothing_automatic_goes_to_a_robot(address, send):
    now = timezone.now()
    service, answer = send(address, purpose="service"), send(address)
    decisions = gate.decide(rows=[service, answer], now=now)
    assert decisions == {service.pk: gate.Refuse("recipient_is_robot"), answer.pk: gate.Pass()}


def test_nothing_goes_to_an_address_that_belongs_to_somebody_else_now(send):
    now = timezone.now()
    marina = resolve(kind="email", address="marina@customer.example", now=now)
    old = send("marina@customer.example", profile_id=marina.profile_id)
    close(identity_id=marina.pk, reason="reassigned", now=now)
    other = resolve(kind="email", address="marina@customer.example", now=now)
    new = send("marina@customer.example", profile_id=other.profile_id)
    assert gate.decide(rows=[old, new], now=now) == {old.pk: gate.Refuse("address_passed_on"), new.pk: gate.Pass()}
    close(identity_id=other.pk, reason="unused", now=now)
    add_address(profile_id=marina.profile_id, kind="email", address="marina@customer.example", now=now)
    assert gate.decide(rows=[old], now=now) == {old.pk: gate.Pass()}


def test_two_robots_that_answer_each_other_stop_within_the_hour(carrier, send, deliver):
    profile = new_key()
    rows = [send(purpose="service", profile_id=profile) for _ in range(gate.AUTOMATIC_PER_HOUR + 3)]
    while deliver():
        pass
    states = [Transmission.objects.get(pk=row.pk).state for row in rows]
    assert states == ["accepted"] * gate.AUTOMATIC_PER_HOUR + ["refused"] * 3
    assert send(purpose="conversation", profile_id=profile)
    assert deliver() == 1, "a person's answer still leaves"


def test_a_paused_channel_holds_everything_and_goes_on_when_resumed(carrier, send, channel, deliver):
    row = send()
    Channel.objects.update(status="paused")
    now = timezone.now()
    assert gate.decide(rows=[row], now=now)[row.pk].code == "channel_paused"
    assert deliver() == 0
    assert lanes.due_channels(now=now) == []
    Channel.objects.update(status="active")
    assert lanes.due_channels(now=now + timedelta(seconds=1)) == [channel.pk]
    assert deliver() == 1


def test_a_rate_lets_the_oldest_leave_first_and_the_rest_keep_their_place(carrier, send, deliver):
    Channel.objects.update(rate_per_minute=20)  # a bucket of two
    rows = [send() for _ in range(4)]
    assert deliver() == 2
    assert deliver() == 0
    assert deliver(later=timedelta(seconds=7)) == 2
    order = [body.partition(b"Message-ID: <")[2].partition(b">")[0].decode() for _, _, body in carrier.received]
    assert order == [row.external_id for row in rows]


def test_the_circuit_opens_after_failures_in_a_row_and_closes_with_a_success(carrier, send, channel, deliver):
    carrier.answers = {"CONNECT": ["421 away"] * (circuit.FAILURES + 1)}
    rows = [send() for _ in range(circuit.FAILURES + 3)]
    assert deliver() == len(rows)
    channel.refresh_from_db()
    assert channel.failures_in_row == circuit.FAILURES
    assert carrier.connections == circuit.FAILURES, "the rest of the batch is given back untried"
    assert Transmission.objects.filter(state="queued", attempts=0).count() == len(rows)
    assert deliver() == 0, "open"
    assert deliver(later=timedelta(seconds=31)) == 1, "half open: one"
    channel.refresh_from_db()
    assert channel.failures_in_row == circuit.FAILURES + 1
    pause = channel.circuit_open_until - timezone.now()
    assert timedelta(seconds=80) < pause <= timedelta(seconds=91), "twice as long"
    assert deliver(later=timedelta(seconds=200)) == 1
    channel.refresh_from_db()
    assert (channel.failures_in_row, channel.circuit_open_until, channel.last_error) == (0, None, "")
    assert deliver(later=timedelta(seconds=200)) == len(rows) - 1
    assert Transmission.objects.filter(state="accepted").count() == len(rows)
