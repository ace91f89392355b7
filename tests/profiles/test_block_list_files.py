"""Block lists that are too large to be read while somebody waits."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from engagement.events.models import OutboxEvent
from engagement.profiles.actions import block_list_file
from engagement.profiles.actions.block_list_file import advance, advance_all, end_list, take_file
from engagement.profiles.actions.suppress_list import ListRefused
from engagement.profiles.models import BlockListFile, Suppression
from engagement.village.models import AuditEntry
from tests.factories import NOW, make_user
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
FILE = b"\xef\xbb\xbftelefone;desde\n31981234567;2026-01-02\n\nnobody\n(11) 3234-5678\n31 98123-4567\n+44 20 7946 0958"


@pytest.fixture(autouse=True)
def slices_of_two_lines(monkeypatch):
    monkeypatch.setattr(block_list_file, "_LINES", 2)


def taken(file=FILE, **facts):
    given = {"name": "nao-me-perturbe", "starts_at": None, "actor": None, "now": NOW} | facts
    return take_file(file=BytesIO(file), size=len(file), **given)


def read(held):
    advance_all()
    held.refresh_from_db()
    return held


def test_it_is_read_slice_by_slice_and_says_what_came_of_it(django_capture_on_commit_callbacks):
    held = taken(actor=make_user("Iara"))
    storage, name = held.file.storage, held.file.name
    assert storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        read(held)
    assert (held.status, held.added, held.known, held.refused) == ("done", 3, 1, 2)
    assert (held.refused_lines, held.percent) == ([1, 4], 100)
    assert Suppression.objects.filter(source="list:nao-me-perturbe").count() == 4
    assert not storage.exists(name)
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["suppression.list_taken", "suppression.list_added"]
    assert OutboxEvent.objects.filter(name="profiles.suppression_list_changed").count() == 1


def test_after_a_crash_it_goes_on_where_the_last_slice_ended():
    held = taken()
    assert advance(file_id=held.pk, now=NOW)
    held.refresh_from_db()
    assert (held.read_lines, held.added, held.is_working) == (2, 1, True)
    assert 0 < held.percent < 100
    read(held)
    assert (held.read_lines, held.added, held.known) == (7, 3, 1)
    assert not advance(file_id=held.pk, now=NOW)


def test_a_turn_ends_in_time_and_says_that_there_is_more():
    held = taken()
    assert advance_all(seconds=0)
    held.refresh_from_db()
    assert held.read_lines == 2


def test_a_list_that_is_ended_is_not_read_any_further():
    held = taken()
    advance(file_id=held.pk, now=NOW)
    assert end_list(name="nao-me-perturbe", now=NOW + timedelta(days=1)) == 2
    read(held)
    assert (held.status, held.read_lines, bool(held.file)) == ("stopped", 2, False)
    assert not Suppression.objects.filter(ends_at=None).exists()


def test_a_file_without_a_number_fails_and_one_that_is_too_large_is_refused(settings):
    held = read(taken(b"name\nana\n"))
    assert (held.status, held.refused) == ("failed", 2)
    assert AuditEntry.objects.filter(action="suppression.list_failed").count() == 1
    settings.BLOCK_LIST_MOST_BYTES = 5
    with pytest.raises(ListRefused, match="MB"):
        taken()
    assert BlockListFile.objects.count() == 1


@pytest.mark.parametrize(
    "file", [b"\n" * 9, b"x" * 50_000, b"3" * 20_000 + b"\n31981234567\n", b'\xff\x00\n"a\n"b"c\n']
)
def test_no_file_breaks_the_reading(file):
    assert read(taken(file)).status in ("done", "failed")


def test_a_counselor_follows_a_large_file_and_takes_its_refused_lines(monkeypatch):
    monkeypatch.setattr(block_list_file, "AT_ONCE", 10)
    client = client_of(person("counselor"))
    given = {"name": "state-list", "file": SimpleUploadedFile("list.csv", FILE)}
    answer = client.post("/people/suppressions/lists/", given)
    held = BlockListFile.objects.get()
    assert answer["Location"] == f"/people/suppressions/lists/{held.pk}/"
    assert "0 lines read" in client.get(answer["Location"]).text
    read(held)
    page = client.get(answer["Location"]).text
    assert "is kept" in page
    assert client.get(f"{answer['Location']}refused/").text.splitlines()[1:] == [
        "1,It begins with no number.",
        "4,It begins with no number.",
    ]
    assert "state-list" in client.get("/people/suppressions/").text
    assert held.ended_at <= timezone.now()
