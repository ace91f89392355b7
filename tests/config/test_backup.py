"""A backup is made while the installation runs, verified by a restore, and brings everything back; sealed values are
sealed anew with a new key. On a real PostgreSQL, by the commands that people use.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet
from django.conf import settings as django_settings
from django.db import connection, connections
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from engagement.channels.models import Channel
from engagement.config.operation.postgres_tools import database_url
from engagement.config.operation.sealed_values import count_sealed, reseal
from tests.factories import make_channel, make_user

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(django_settings.ROOT)
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


class Place:
    """An installation of its own: a database copied from the test's, and a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.var, self.name = folder, name
        self.var.mkdir(mode=0o700, exist_ok=True)
        self.url = make_conninfo(database_url(), dbname=name)
        self.keys = OLD

    def manage(self, *arguments: str, code: int = 0) -> str:
        facts = {name: str(value) for name, value in conninfo_to_dict(self.url).items()}
        address = "postgresql:///{dbname}?host={host}&user={user}&port={port}".format(**{"port": "5432", **facts})
        if facts.get("password"):
            address += f"&password={facts['password']}"
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "engagement.config.settings.dev",
            "DATABASE_URL": address,
            "REDIS_URL": django_settings.REDIS_URL,
            "BROKER_URL": django_settings.REDIS_URL,
            "VAR_DIR": str(self.var),
            "SECRET_KEY": "a secret of fifty characters and some more, for tests only",
            "FIELD_ENCRYPTION_KEYS": self.keys,
            "ADDRESS_HASH_KEY": "the tests' own key of addresses, long enough",
            "LOG_JSON": "false",
        }
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr


def administer(statement: str, name: str) -> None:
    with psycopg.connect(make_conninfo(database_url(), dbname="postgres"), autocommit=True) as server:
        server.execute(sql.SQL(statement).format(sql.Identifier(name)))


@pytest.fixture
def place(tmp_path, settings):
    """A used installation: a channel with a password, a person, a file."""
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    care = make_channel("care@pedralva.example")
    care.credentials = {"imap": {"user": "care", "password": "open-sesame"}}
    care.save()
    make_user()
    name, source = f"backup_{os.getpid()}", connection.settings_dict["NAME"]
    connections.close_all()
    administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    with psycopg.connect(make_conninfo(database_url(), dbname="postgres"), autocommit=True) as server:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        server.execute(copy.format(sql.Identifier(name), sql.Identifier(source)))
    made = Place(tmp_path / "one", name)
    (made.var / "media" / "attachments").mkdir(parents=True)
    (made.var / "media" / "attachments" / "a").write_bytes(b"the order\n")
    yield made
    administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@pytest.fixture
def empty(tmp_path):
    name = f"restore_{os.getpid()}"
    administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    administer("CREATE DATABASE {} TEMPLATE template0", name)
    yield Place(tmp_path / "two", name)
    administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def test_what_was_backed_up_comes_back_and_nothing_is_overwritten_unasked(place, empty, tmp_path):
    said = place.manage("backup", "--into", str(tmp_path / "backups"))
    assert "restored into a throwaway database, and is the same" in said
    (folder,) = (tmp_path / "backups").iterdir()
    assert (folder.stat().st_mode & 0o077, (folder / "keys.json").stat().st_mode & 0o077) == (0, 0)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["files"]["count"], manifest["tables"]["engagement_channels_channel"]) == (1, 1)

    assert "1 sealed values can be opened, 0 cannot" in empty.manage("restore", str(folder))
    with psycopg.connect(empty.url) as restored:
        assert restored.execute("SELECT address FROM engagement_channels_channel").fetchall() == [
            ("care@pedralva.example",)
        ]
    assert (empty.var / "media" / "attachments" / "a").read_bytes() == b"the order\n"

    assert "There is data here already" in empty.manage("restore", str(folder), code=1)
    with psycopg.connect(empty.url) as changed:
        changed.execute("UPDATE engagement_channels_channel SET name = 'changed since'")
    empty.manage("restore", str(folder), "--force")
    with psycopg.connect(empty.url) as restored:
        (name,) = restored.execute("SELECT name FROM engagement_channels_channel").fetchone()
    assert name != "changed since"
    empty.manage("backup", "--into", str(tmp_path / "second"))  # what was restored can be backed up again


def test_a_damaged_backup_or_other_keys_or_a_running_installation_are_refused(place, empty, tmp_path):
    place.manage("backup", "--into", str(tmp_path / "backups"), "--no-verify")
    (folder,) = (tmp_path / "backups").iterdir()
    with psycopg.connect(empty.url):
        assert "Stop every process" in empty.manage("restore", str(folder), code=1)
    empty.keys = NEW
    assert "other FIELD_ENCRYPTION_KEYS" in empty.manage("restore", str(folder), code=1)
    empty.keys = f"{NEW},{OLD}"
    with open(folder / "database.dump", "r+b") as file:
        file.seek(200)
        file.write(b"damage")
    assert "missing or damaged" in empty.manage("restore", str(folder), code=1)
    (folder / "manifest.json").unlink()
    assert "no complete backup" in empty.manage("restore", str(folder), code=1)


def test_every_sealed_value_is_sealed_anew_in_groups_and_may_be_repeated(settings, monkeypatch):
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.models import Authenticator

    monkeypatch.setattr("engagement.config.operation.sealed_values.BATCH_SIZE", 2)
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    for number in range(5):
        Channel.objects.create(
            kind="email", name="x", address=f"c{number}@x.example", credentials={"smtp": {"password": str(number)}}
        )
    sealed = get_adapter().encrypt("JBSWY3DPEHPK3PXP")
    Authenticator.objects.create(user=make_user(), type="totp", data={"secret": sealed})
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    done = reseal()
    assert (done.written, done.current, done.closed) == (6, 0, [])
    assert (reseal().written, reseal().current) == (0, 6)
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert [channel.secret("smtp")["password"] for channel in Channel.objects.order_by("key")] == list("01234")
    assert get_adapter().decrypt(Authenticator.objects.get().data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert count_sealed() == (6, 0)


def test_a_value_that_no_key_opens_is_named_and_left(settings):
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    lost = Channel.objects.create(kind="email", name="x", address="lost@x.example", credentials={"a": {"b": "c"}})
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    kept = Channel.objects.create(kind="email", name="x", address="kept@x.example", credentials={"a": {"b": "c"}})
    done = reseal()
    assert (done.closed, done.current) == ([f"channel {lost.pk}"], 1)
    assert Channel.objects.get(pk=kept.pk).secrets == {"a": {"b": "c"}}
    assert count_sealed() == (1, 1)
