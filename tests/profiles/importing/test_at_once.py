"""Imports beside crashes, other workers, and mail that comes in at the same time: nothing twice, nothing lost."""

import os
import signal
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

import pytest
from django.db import connection

from engagement.profiles.actions import resolve
from engagement.profiles.importing import actions, staging, work
from engagement.profiles.models import Identity, ImportChunk, ImportRow, PeopleImport, Profile
from tests.factories import NOW
from tests.profiles.importing.making import mapping, people_file, taken, tried, undone, work_on
from tests.village.people import person

pytestmark = pytest.mark.django_db(transaction=True)
Status, State = PeopleImport.Status, ImportChunk.State
WORKER = """
import os, sys, time, django
django.setup()
from django.db import connection
from engagement.profiles.importing import staging, work
staging.CHUNK = 50
print("ready", flush=True)
while work.advance(import_id=sys.argv[1], end=time.monotonic() + 60):
    pass
"""


@pytest.fixture
def actor(db):
    return person("visionary")


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(staging, "CHUNK", 50)


def lines(count):
    return [f"P{n};p{n}@x.example;+55319{n:08};;" for n in range(count)]


def worker(held: PeopleImport) -> subprocess.Popen:
    """A worker in a process of its own, on the database of the tests."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(held.pk)], env={**os.environ, "DATABASE_URL": url}, stdout=subprocess.PIPE
    )


def killed_after(held: PeopleImport, begun) -> None:
    """Kill a worker (SIGKILL) as soon as ``begun()`` says that it is in the middle of its work."""
    process = worker(held)
    assert process.stdout.readline() == b"ready\n"
    end = time.monotonic() + 60
    while not begun() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def parts(held, state):
    return ImportChunk.objects.filter(people_import=held, state=state).count()


def test_a_worker_that_is_killed_loses_nothing_and_does_nothing_twice(actor):
    held = taken(actor, people_file(lines(2000)))
    actions.map_columns(import_id=held.pk, mapping=mapping(), actor=actor, now=NOW)
    killed_after(held, lambda: ImportChunk.objects.filter(people_import=held).count() >= 3)
    assert 0 < ImportRow.objects.filter(people_import=held).count() < 2000
    killed_after(held, lambda: parts(held, State.CHECKED) >= 3)
    held = work_on(held)
    assert (held.status, held.tried["rows"], held.tried["new"]) == (Status.CHECKED, 2000, 2000)
    actions.start(import_id=held.pk, actor=actor, now=NOW)
    killed_after(held, lambda: parts(held, State.DONE) >= 3)
    assert 3 <= parts(held, State.DONE) < 40
    assert Profile.objects.count() == parts(held, State.DONE) * 50
    held = work_on(held)
    assert (held.status, held.done["new"], held.done["same"]) == (Status.DONE, 2000, 0)
    assert (Profile.objects.count(), Identity.objects.count()) == (2000, 4000)
    actions.undo(import_id=held.pk, actor=actor, now=NOW)
    killed_after(held, lambda: parts(held, State.UNDONE) >= 3)
    held = work_on(held)
    assert (held.undone["removed"], Profile.objects.count(), Identity.objects.count()) == (2000, 0, 0)


def test_two_workers_share_the_work(actor):
    held = taken(actor, people_file(lines(1500)))
    actions.map_columns(import_id=held.pk, mapping=mapping(), actor=actor, now=NOW)
    both = [worker(held), worker(held)]
    assert [process.wait(60) for process in both] == [0, 0]
    held = work_on(held)
    assert (held.status, held.tried["new"]) == (Status.CHECKED, 1500)
    actions.start(import_id=held.pk, actor=actor, now=NOW)
    both = [worker(held), worker(held)]
    assert [process.wait(60) for process in both] == [0, 0]
    held = work_on(held)
    assert (held.status, held.done["new"], Profile.objects.count()) == (Status.DONE, 1500, 1500)


def test_mail_that_comes_in_meanwhile_makes_nobody_twice(actor):
    held = tried(actor, people_file(lines(600)))
    actions.start(import_id=held.pk, actor=actor, now=NOW)
    begin = threading.Barrier(2)

    def mail():
        begin.wait()
        for n in range(599, -1, -3):
            resolve(kind="email", address=f"p{n}@x.example", now=NOW)
        connection.close()

    thread = threading.Thread(target=mail)
    thread.start()
    begin.wait()
    held = work_on(held)
    thread.join()
    assert Identity.objects.filter(kind="email").count() == 600 == Profile.objects.count()
    assert held.done["new"] + held.done["changed"] == 600
    assert not Profile.objects.filter(identities=None).exists()
    assert Profile.objects.filter(name="").count() == 0


def test_what_is_stopped_goes_on_where_it_stood(actor, monkeypatch):
    held = tried(actor, people_file(lines(500)))
    actions.start(import_id=held.pk, actor=actor, now=NOW)
    work.advance(import_id=held.pk, end=0)
    assert actions.stop(import_id=held.pk, actor=actor, now=NOW).status == Status.STOPPED
    held = work_on(held)
    assert (held.status, held.done["new"], Profile.objects.count()) == (Status.STOPPED, 50, 50)
    actions.start(import_id=held.pk, actor=actor, now=NOW)
    held = work_on(held)
    assert (held.status, held.done["new"], Profile.objects.count()) == (Status.DONE, 500, 500)


def test_what_was_stopped_can_be_undone(actor):
    held = tried(actor, people_file(lines(500)))
    actions.start(import_id=held.pk, actor=actor, now=NOW)
    work.advance(import_id=held.pk, end=0)
    actions.stop(import_id=held.pk, actor=actor, now=NOW)
    PeopleImport.objects.filter(pk=held.pk).update(status=Status.STOPPED)
    held = undone(PeopleImport.objects.get(pk=held.pk), actor)
    assert (held.status, held.undone["removed"], Profile.objects.count()) == (Status.UNDONE, 50, 0)


def test_a_trial_that_is_stopped_leaves_nothing(actor):
    held = taken(actor, people_file(lines(500)))
    actions.map_columns(import_id=held.pk, mapping=mapping(), actor=actor, now=NOW)
    work.advance(import_id=held.pk, end=0)
    assert ImportRow.objects.count() == 50
    actions.stop(import_id=held.pk, actor=actor, now=NOW)
    held = work_on(held)
    assert (held.status, held.read_rows, ImportRow.objects.count()) == (Status.UPLOADED, 0, 0)
