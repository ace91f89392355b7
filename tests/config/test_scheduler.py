"""Of several beats one sends the tasks; another goes on when it ends or dies."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from engagement.config import sweep
from engagement.config.celery import app
from engagement.config.scheduler import BEAT_LEASE, LeasedScheduler
from engagement.events.models import Lease
from engagement.leases import acquire_lease
from tests.waiting import wait_until

HOURLY = {f"hourly {number}": {"task": f"task {number}", "schedule": 3600} for number in range(5)}


@pytest.fixture
def sent(monkeypatch):
    """What any of the beats has sent; five tasks are due."""
    tasks: list[str] = []
    before, app.conf.beat_schedule = app.conf.beat_schedule, HOURLY
    monkeypatch.setattr(LeasedScheduler, "apply_async", lambda self, entry, **_: tasks.append(entry.task))
    beat()
    PeriodicTask.objects.exclude(name__in=HOURLY).delete()
    PeriodicTask.objects.update(last_run_at=timezone.now() - timedelta(days=1))
    yield tasks
    app.conf.beat_schedule = before


def beat():
    return LeasedScheduler(app=app, lazy=False)


def turns(scheduler, number=8):
    return [scheduler.tick() for _ in range(number)]


@pytest.mark.django_db(transaction=True)
class TestLease:
    def test_two_beats_send_each_task_once(self, sent):
        one, other = beat(), beat()
        for _ in range(8):
            one.tick()
            other.tick()
        assert sorted(sent) == [f"task {number}" for number in range(5)]

    def test_who_waits_looks_again_within_a_second(self, sent):
        one, other = beat(), beat()
        turns(one)
        assert max(turns(other, 3)) <= 1.0
        assert len(sent) == 5

    def test_the_other_goes_on_at_once_when_one_ends_and_knows_what_was_sent(self, sent):
        one, other = beat(), beat()
        turns(one)
        other.tick()
        one.close()
        turns(other)
        assert Lease.objects.get(name=BEAT_LEASE).owner == other._lease.owner
        assert len(sent) == 5

    def test_the_other_goes_on_when_one_was_killed(self, sent):
        one, other = beat(), beat()
        turns(one)
        Lease.objects.update(expires_at=timezone.now())
        other.tick()
        assert Lease.objects.get(name=BEAT_LEASE).owner == other._lease.owner

    def test_a_database_that_is_away_does_not_end_it(self, sent, monkeypatch):
        one = beat()
        turns(one)

        def refuse(self):
            raise OperationalError("away")

        monkeypatch.setattr(LeasedScheduler, "_keep_lease", refuse)
        assert one.tick() <= 1.0


@pytest.mark.django_db
def test_workers_sweep_while_no_beat_ticks(monkeypatch):
    woken: list[str] = []
    monkeypatch.setattr(sweep, "wake", woken.append)
    monkeypatch.setattr(sweep.connection, "close", lambda: None)
    assert sweep.sweep_without_beat()
    assert woken == list(sweep.TASKS)
    acquire_lease(name=BEAT_LEASE, owner="tests", seconds=15)
    assert not sweep.sweep_without_beat()
    Lease.objects.update(renewed_at=timezone.now() - timedelta(seconds=30))
    assert sweep.sweep_without_beat()
    assert len(woken) == 2 * len(sweep.TASKS)


def test_what_is_swept_are_tasks():
    app.loader.import_default_modules()
    assert set(sweep.TASKS) <= set(app.tasks)


@pytest.mark.django_db(transaction=True)
def test_a_real_beat_ends_soon_after_it_was_told_to(settings):
    """Many times, since the signal must hit it in the middle of a statement sometimes."""
    database = connection.settings_dict
    environment = os.environ | {
        "DATABASE_URL": "postgres://{}:{}@{}:{}/{}".format(
            *(quote(str(database[name]), safe="") for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME"))
        ),
        "DATABASE_POOLED": "true",
        "REDIS_URL": settings.REDIS_URL,
        "BROKER_URL": settings.BROKER_URL,
        "PROCESS_KIND": "beat",
    }
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "engagement.config", "beat", "--pidfile="]
    process = subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[2], stderr=subprocess.DEVNULL)
    try:
        assert wait_until(lambda: Lease.objects.filter(name=BEAT_LEASE).exists(), 40)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(8) == 0
        assert time.monotonic() - begun < 6
        assert Lease.objects.get(name=BEAT_LEASE).expires_at <= timezone.now()  # given back
    finally:
        process.kill()
        process.wait()
