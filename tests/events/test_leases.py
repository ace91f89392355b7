"""What only one process of the installation does at a time."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from engagement.events.models import Lease
from engagement.leases import HeldLease, acquire_lease, hold_lease, lease_age, release_lease, renew_leases

pytestmark = pytest.mark.django_db


def expire(name):
    Lease.objects.filter(name=name).update(expires_at=timezone.now() - timedelta(seconds=1))


def test_one_of_two_has_it_until_it_is_given_back():
    assert acquire_lease(name="a", owner="one", seconds=60)
    assert not acquire_lease(name="a", owner="other", seconds=60)
    assert acquire_lease(name="a", owner="one", seconds=60)
    release_lease(name="a", owner="other")
    assert not acquire_lease(name="a", owner="other", seconds=60)
    release_lease(name="a", owner="one")
    assert acquire_lease(name="a", owner="other", seconds=60)


def test_the_lease_of_who_is_gone_is_taken_over_and_not_renewed_by_its_old_owner():
    assert acquire_lease(name="a", owner="gone", seconds=60)
    expire("a")
    assert renew_leases(owners=["gone"], seconds=60) == set()
    assert acquire_lease(name="a", owner="next", seconds=60)
    assert not acquire_lease(name="a", owner="gone", seconds=60)
    assert renew_leases(owners=["gone", "next"], seconds=60) == {"next"}


def test_renewing_keeps_since_when_it_is_held():
    acquire_lease(name="a", owner="one", seconds=1)
    before = Lease.objects.get()
    assert renew_leases(owners=["one"], seconds=600) == {"one"}
    assert acquire_lease(name="a", owner="one", seconds=600)
    after = Lease.objects.get()
    assert after.acquired_at == before.acquired_at
    assert after.expires_at > before.expires_at + timedelta(minutes=9)


def test_a_block_that_has_no_lease_does_not_take_the_others():
    with hold_lease("a") as first, hold_lease("a") as second:
        assert (first.is_held, second.is_held) == (True, False)
    assert acquire_lease(name="a", owner="next", seconds=60)


def test_its_age_is_told_also_after_it_was_given_back():
    assert lease_age("a") is None
    acquire_lease(name="a", owner="one", seconds=60)
    Lease.objects.update(renewed_at=timezone.now() - timedelta(seconds=30))
    release_lease(name="a", owner="one")
    assert 29 < lease_age("a") < 40


def test_by_ones_own_clock_a_lease_that_nobody_prolonged_is_over():
    lease = HeldLease("a", seconds=0.0)
    assert lease.acquire()
    assert not lease.is_held


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_gets_it():
    got: list[bool] = []
    together = threading.Barrier(8)

    def take(owner: str) -> None:
        try:
            connection.ensure_connection()
            together.wait(20)
            got.append(acquire_lease(name="a", owner=owner, seconds=60))
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[f"owner {number}"]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(got) == [False] * 7 + [True]
