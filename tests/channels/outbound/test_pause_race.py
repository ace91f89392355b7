"""A campaign that is paused while workers claim: what is claimed or begun after the pause's commit does not leave."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.actions.steering import pause, resume
from campaigns.models import Campaign
from engagement.channels.delivery import claiming
from engagement.channels.models import Group, Transmission
from tests.campaigns.people import launched, somebody
from tests.channels.outbound.campaign import people
from tests.factories import NOW
from tests.village.people import person

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS, MESSAGES, LOT = 3, 60, 4


@pytest.fixture
def campaign(send):
    """A campaign under way, with messages that wait."""
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    made = launched(person("troubadour"), ends_at=max(NOW, timezone.now()) + timedelta(days=10))
    Group.objects.filter(key=made.pk).update(quiet=False)  # whatever the hour is
    assert made.status == Campaign.Status.SENDING
    for place, profile in enumerate(people(MESSAGES)):
        send(f"p{place}@cliente.example", purpose="marketing", profile_id=profile, group_id=made.pk)
    return made


def test_nothing_that_is_claimed_or_begun_after_the_pause_leaves(campaign, channel):
    began: list[tuple[float, float, int]] = []  # when it claimed, when it began to hand over, how many it began
    paused, start = threading.Event(), threading.Barrier(WORKERS + 1)

    def work(number):
        owner = f"w{number}"
        try:
            start.wait(timeout=10)
            while True:
                is_last = paused.is_set()
                claimed_at = time.monotonic()
                facts = {"channel_id": channel.pk, "owner": owner, "limit": LOT, "grouped": True}
                rows = claiming.claim(**facts, now=timezone.now())
                begun_at = time.monotonic()
                keys = [row.key for row in rows]
                handed = claiming.begin_handing(keys=keys, owner=owner, now=timezone.now()) if keys else set()
                began.append((claimed_at, begun_at, len(handed)))
                claiming.release(keys=[key for key in keys if key not in handed], owner=owner, now=timezone.now())
                if is_last:
                    return
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[number]) for number in range(WORKERS)]
    for one in threads:
        one.start()
    start.wait(timeout=10)
    while not any(number for _claimed, _begun, number in list(began)):
        time.sleep(0.001)
    pause(campaign=campaign, actor=campaign.owner, now=timezone.now())
    committed = time.monotonic()
    paused.set()
    for one in threads:
        one.join(timeout=20)
    after = [number for claimed, begun, number in began if claimed > committed or begun > committed]
    assert len(after) >= WORKERS
    assert sum(after) == 0
    states = dict.fromkeys(["handing", "queued"], 0)
    for state in Transmission.objects.filter(group_id=campaign.pk).values_list("state", flat=True):
        states[state] += 1
    assert states["handing"] == sum(number for *_times, number in began)
    assert states["handing"] + states["queued"] == MESSAGES


def test_what_was_claimed_before_the_pause_goes_back_and_leaves_after_the_resume(campaign, channel):
    facts = {"channel_id": channel.pk, "owner": "w", "limit": LOT, "grouped": True}
    keys = [row.key for row in claiming.claim(**facts, now=timezone.now())]
    assert len(keys) == LOT
    pause(campaign=campaign, actor=campaign.owner, now=timezone.now())
    assert claiming.begin_handing(keys=keys, owner="w", now=timezone.now()) == set()
    assert claiming.release(keys=keys, owner="w", now=timezone.now()) == LOT
    assert claiming.claim(**facts, now=timezone.now()) == []
    resume(campaign=campaign, actor=campaign.owner, now=timezone.now())
    again = [row.key for row in claiming.claim(**facts, now=timezone.now())]
    assert claiming.begin_handing(keys=again, owner="w", now=timezone.now()) == set(again)
