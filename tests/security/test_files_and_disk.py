"""Files of people are for one account only; a full disk is seen, said, and loses nothing."""

import errno
import json
import os
import stat
from collections import namedtuple
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from conversations.actions import upload as uploads
from engagement import disk_space as disk
from engagement.channels.models import Attachment, RawEvent
from engagement.config import health
from engagement.config.supervisor import console
from engagement.config.supervisor.private_files import make_private
from tests import factories
from tests.village.people import client_of, person

Usage = namedtuple("Usage", "total used free")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_was_open_is_closed_at_the_start(tmp_path):
    deep = tmp_path / "media" / "attachments" / "ab"
    deep.mkdir(parents=True)
    for path in (tmp_path / "log", tmp_path / "postgres"):
        path.mkdir()
    files = [deep / "file", tmp_path / "log" / "web.log", tmp_path / "demo.json"]
    for path in (*files, tmp_path / "postgres" / "PG_VERSION"):
        path.write_text("x")
        path.chmod(0o644)
    for path in (deep, deep.parent, deep.parent.parent, tmp_path / "log", tmp_path / "postgres"):
        path.chmod(0o755)
    (tmp_path / "media" / "link").symlink_to("/etc/hostname")
    assert make_private(tmp_path) == 7
    assert {mode(path) for path in files} == {0o600}
    assert {mode(path) for path in (deep, deep.parent, deep.parent.parent, tmp_path / "log")} == {0o700}
    assert mode(tmp_path / "postgres") == 0o755, "the server's own"
    assert make_private(tmp_path) == 0


def test_new_files_are_closed(tmp_path, settings):
    before = os.umask(0o022)
    try:
        storage = FileSystemStorage(location=tmp_path)
        storage.save("attachments/ab/file", ContentFile(b"x"))
    finally:
        os.umask(before)
    assert mode(tmp_path / "attachments" / "ab" / "file") == 0o600
    assert mode(tmp_path / "attachments" / "ab") == 0o700
    assert settings.FILE_UPLOAD_PERMISSIONS == 0o600


def test_a_server_s_log_is_set_aside_while_it_writes(tmp_path, monkeypatch):
    monkeypatch.setattr(console, "_LIMIT", 1000)
    path = tmp_path / "postgres.log"
    with open(path, "ab", buffering=0) as server:
        server.write(b"a" * 900)
        console.rotate_open(path)
        assert path.stat().st_size == 900
        server.write(b"b" * 200)
        console.rotate_open(path)
        server.write(b"after")
    assert path.read_bytes() == b"after"
    assert (tmp_path / "postgres.log.1").stat().st_size == 1100


def full(*_arguments, **_options):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def little(monkeypatch):
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda path: Usage(10 << 30, 10 << 30, 5 << 20))


@pytest.mark.parametrize(("free", "low"), [(0, True), (100 << 20, True), (300 << 20, False), (5 << 30, False)])
def test_little_room_is_low(free, low):
    assert disk.DiskSpace("/", 10 << 30, free).is_low == low


def test_a_small_disk_is_low_later():
    assert not disk.DiskSpace("/", 100 << 20, 50 << 20).is_low


@pytest.mark.django_db
def test_readiness_and_figures_say_that_the_disk_is_full(little, client, settings):
    assert health.disk() == "5 MB left"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["disk"]) == (503, "5 MB left")
    settings.METRICS_TOKEN = "a token of the tests"
    page = client.get("/metrics", headers={"authorization": "Bearer a token of the tests"}).content.decode()
    assert "vilarejo_disk_free_bytes{path=" in page
    assert f"{5 << 20:.1e}"[:3] in page


@pytest.mark.django_db
def test_delivery_problems_say_it(little):
    channel = factories.make_channel()
    RawEvent.objects.create(
        channel=channel, received_at=timezone.now(), body=b"x", attempts=2, error="[Errno 28] No space left on device"
    )
    page = client_of(person("agent")).get("/inbox/attention/").content.decode()
    assert "The disk of the server is nearly full" in page
    assert "1 received message waits to be read" in page
    assert "No space left on device" in page


@pytest.mark.django_db
def test_an_upload_without_room_is_507_with_a_sentence_and_leaves_nothing(monkeypatch):
    client = client_of(person("agent"))
    client.raise_request_exception = False
    monkeypatch.setattr(FileSystemStorage, "_save", full)
    answer = client.post("/inbox/attachments/", {"file": SimpleUploadedFile("a.txt", b"words")})
    assert answer.status_code == 507
    assert "The server has no room left" in answer.content.decode()
    assert Attachment.objects.count() == 0
    assert uploads.upload


@pytest.mark.django_db
def test_the_api_says_it_as_a_problem(monkeypatch, rf):
    from engagement.ui.views.errors import server_error

    request = rf.get("/api/v1/profiles/")
    try:
        full()
    except OSError:
        answer = server_error(request)
    assert (answer.status_code, answer["Content-Type"]) == (507, "application/problem+json")
    assert json.loads(answer.content)["status"] == 507


@pytest.mark.django_db
def test_another_fault_stays_a_fault(rf):
    from engagement.ui.views.errors import server_error

    try:
        raise OSError(errno.EIO, "broken")
    except OSError:
        assert server_error(rf.get("/")).status_code == 500
    assert django_settings.FILE_UPLOAD_DIRECTORY_PERMISSIONS == 0o700
