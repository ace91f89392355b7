"""A real copy that follows by streaming replication: read while it is up to date, left alone while it is not."""

import getpass
import glob
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
import structlog

from engagement import replica
from engagement.config.settings.base import database
from engagement.replica import ALIAS, reading_replica, replica_lag, report_alias

_PROGRAMS = next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)), "")
pytestmark = pytest.mark.skipif(
    not _PROGRAMS, reason="PostgreSQL's programs are not installed (Debian: apt install postgresql)"
)


class Servers:
    """A primary and its copy, reached by socket."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def run(self, command: str) -> None:
        as_server = ["su", "postgres", "-s", "/bin/sh", "-c"] if os.geteuid() == 0 else ["sh", "-c"]
        subprocess.run([*as_server, f"PATH={_PROGRAMS}:$PATH; {command}"], check=True, capture_output=True, timeout=60)

    def start(self, name: str, port: int) -> None:
        options = f"-c port={port} -c listen_addresses= -c unix_socket_directories={self.place} -c fsync=off"
        log = self.place / f"{name}.log"
        self.run(f"pg_ctl -D {self.place}/{name} -l {log} -w -o '{options} -c max_connections=20' start")

    def stop(self, name: str) -> None:
        if (self.place / name / "postmaster.pid").exists():
            self.run(f"pg_ctl -D {self.place}/{name} -m immediate stop")

    def entry(self, port: int) -> dict[str, object]:
        user = "postgres" if os.geteuid() == 0 else getpass.getuser()
        return database(
            {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": "postgres",
                "USER": user,
                "PASSWORD": "",
                "HOST": str(self.place),
                "PORT": port,
                "OPTIONS": {},
                "AUTOCOMMIT": True,
                "TIME_ZONE": None,
                "TEST": {"MIRROR": None},
            }
        )


@pytest.fixture
def servers(monkeypatch, django_db_blocker):
    place = Path(tempfile.mkdtemp(prefix="vilarejo-replica-"))
    if os.geteuid() == 0:
        shutil.chown(place, "postgres")
        place.chmod(0o755)
    made = Servers(place)
    try:
        made.run(f"initdb -D {place}/primary -A trust -E UTF8 --locale C.UTF-8 --no-sync")
        made.start("primary", 5432)
        made.run(f"pg_basebackup -h {place} -p 5432 -D {place}/copy -R -c fast --no-sync")
        made.start("copy", 5433)
        monkeypatch.setattr(replica, "PRIMARY", "reports_primary")
        monkeypatch.setattr(replica, "_retry_at", float("-inf"))
        monkeypatch.setitem(replica.connections.databases, "reports_primary", made.entry(5432))
        monkeypatch.setitem(replica.connections.databases, ALIAS, made.entry(5433))
        with django_db_blocker.unblock():  # these servers only: the test writes nothing to the database of the tests
            yield made
    finally:
        for alias in ("reports_primary", ALIAS):
            if hasattr(replica.connections._connections, alias):
                replica.connections[alias].close()
                del replica.connections[alias]
        made.stop("copy")
        made.stop("primary")
        shutil.rmtree(place, ignore_errors=True)


def _write(alias: str, statement: str) -> None:
    with replica.connections[alias].cursor() as cursor:
        cursor.execute(statement)


def _connection_of_a_report() -> tuple[str, list[str]]:
    with structlog.testing.capture_logs() as logs, reading_replica():
        return report_alias(), [line["event"] for line in logs]


def test_a_copy_is_read_while_it_is_there_and_up_to_date(servers, settings, monkeypatch):
    _write("reports_primary", "CREATE TABLE reported AS SELECT 7 AS figure")
    end = time.monotonic() + 20
    while replica_lag() and time.monotonic() < end:
        time.sleep(0.05)
    assert _connection_of_a_report() == (ALIAS, [])
    with replica.connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT figure FROM reported")
        assert cursor.fetchone() == (7,)

    settings.DATABASE_REPLICA_MAX_LAG_SECONDS = 0.0
    _write(ALIAS, "SELECT pg_wal_replay_pause()")
    _write("reports_primary", "UPDATE reported SET figure = 8")
    assert _connection_of_a_report() == ("default", ["replica_behind"])
    assert _connection_of_a_report() == ("default", []), "it is not asked again, and said again, at once"

    _write(ALIAS, "SELECT pg_wal_replay_resume()")
    end = time.monotonic() + 20
    while replica_lag() and time.monotonic() < end:
        time.sleep(0.05)
    monkeypatch.setattr(replica, "_retry_at", float("-inf"))
    assert _connection_of_a_report() == (ALIAS, [])

    servers.stop("copy")
    assert _connection_of_a_report() == ("default", ["replica_away"])
