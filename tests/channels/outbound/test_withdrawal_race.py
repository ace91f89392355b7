"""An unsubscribe that is committed: nothing that is claimed later leaves, and what was claimed before does neither, unless
its words were on their way."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from engagement.channels.actions.groups import hold
from engagement.channels.delivery import claiming, worker
from engagement.channels.models import Transmission
from engagement.keys import new_key
from engagement.profiles.actions import consent
from tests.channels.outbound.campaign import people

pytestmark = pytest.mark.django_db(transaction=True)


def withdraw(profile, channel="email"):
    consent.withdraw(profile_id=profile, channel=channel, source="page", evidence={}, actor=None, now=timezone.now())


def in_thread(act):
    """Run ``act`` on a connection of its own; return the thread."""

    def run():
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.fixture
def marketing(send):
    (profile,) = people(1)

    def queue(number=1):
        return [send(purpose="marketing", profile_id=profile, group_id=new_key()) for _ in range(number)]

    queue.profile = profile
    return queue


@pytest.mark.parametrize("step", ["claimed", "rendered", "beginning"])
def test_what_was_claimed_before_does_not_leave_after(carrier, channel, marketing, step):
    rows = marketing(2)

    def unsubscribe(reached, _key):
        if reached == step:
            in_thread(lambda: withdraw(marketing.profile)).join()

    worker.run(channel_id=channel.pk, observe=unsubscribe)
    assert carrier.received == []
    found = Transmission.objects.filter(key__in=[row.key for row in rows])
    assert set(found.values_list("state", "error_code", "lease_owner")) == {("refused", "consent_withdrawn", "")}


def test_what_is_queued_is_refused_and_nothing_is_claimed_later(carrier, channel, marketing, deliver):
    (row,) = marketing()
    withdraw(marketing.profile)
    row.refresh_from_db()
    assert row.state == "refused"
    (late,) = marketing()
    assert deliver() == 0
    late.refresh_from_db()
    assert (late.state, late.error_code, carrier.received) == ("refused", "consent_withdrawn", [])


def test_a_withdrawal_waits_for_a_claim_and_stops_what_it_claimed(carrier, channel, marketing):
    (row,) = marketing()
    now = timezone.now()
    with transaction.atomic():
        assert claiming.claim(channel_id=channel.pk, owner="w", limit=5, now=now, grouped=True)
        thread = in_thread(lambda: withdraw(marketing.profile))
        thread.join(0.5)
        assert thread.is_alive(), "it waits for the claim's lock"
    thread.join(10)
    assert claiming.begin_handing(keys=[row.key], owner="w", now=timezone.now()) == set()
    row.refresh_from_db()
    assert (row.state, row.error_code) == ("refused", "consent_withdrawn")


def test_a_claim_passes_by_what_a_withdrawal_is_stopping(channel, marketing):
    marketing()
    claims = []
    with transaction.atomic():
        withdraw(marketing.profile)
        thread = in_thread(
            lambda: claims.extend(
                claiming.claim(channel_id=channel.pk, owner="w", limit=5, now=timezone.now(), grouped=True)
            )
        )
        thread.join(10)
        assert not thread.is_alive()
    assert claims == []
    assert Transmission.objects.get().state == "refused"


def test_what_is_being_handed_over_is_left_alone(marketing, channel):
    (row,) = marketing()
    now = timezone.now()
    claiming.claim(channel_id=channel.pk, owner="w", limit=5, now=now, grouped=True)
    claiming.begin_handing(keys=[row.key], owner="w", now=now)
    withdraw(marketing.profile)
    row.refresh_from_db()
    assert row.state == "handing"


def test_another_channel_and_another_purpose_are_left_alone(marketing, send):
    (row,) = marketing()
    answer = send(profile_id=marketing.profile)
    withdraw(marketing.profile, channel="sms")
    assert {Transmission.objects.get(pk=one.pk).state for one in (row, answer)} == {"queued"}
    withdraw(marketing.profile, channel="")
    assert [Transmission.objects.get(pk=one.pk).state for one in (row, answer)] == ["refused", "queued"]


def test_two_workers_do_not_exceed_a_cap_together(channel, marketing, settings):
    settings.MARKETING_CAP, settings.MARKETING_CAP_WINDOW = 1, timedelta(days=7)
    first, second = marketing(2)
    hold(group_id=second.group_id, now=timezone.now())
    claims = []

    def claim():
        now = timezone.now()
        claims.extend(claiming.claim(channel_id=channel.pk, owner="b", limit=5, now=now, grouped=True))

    with transaction.atomic():
        assert claiming.claim(channel_id=channel.pk, owner="a", limit=5, now=timezone.now(), grouped=True) == [first]
        from engagement.channels.models import Group

        thread = in_thread(lambda: (Group.objects.update(held_at=None, hold_reason=""), claim()))
        thread.join(0.5)
        assert thread.is_alive(), "it waits for its turn with this person"
    thread.join(10)
    assert claims == []
    second.refresh_from_db()
    assert (second.state, second.error_code) == ("refused", "frequency_cap")
