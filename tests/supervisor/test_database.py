"""When the database is migrated and the demo organisation loaded: true PostgreSQL, a small manage.py."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from engagement.config.embedded import postgres
from engagement.config.supervisor import database
from engagement.config.supervisor.refusal import Refusal

MANAGE = """
import os, pathlib, sys
import psycopg
here = pathlib.Path(os.environ["VAR_DIR"])
with (here / "calls").open("a") as calls:
    calls.write(sys.argv[1] + "\\n")
if (here / f"{sys.argv[1]}-fails").exists():
    sys.exit("the reason why it failed")
if sys.argv[1] == "migrate":
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS django_migrations (id serial, app text, name text, applied timestamptz)"
        )
        connection.execute("INSERT INTO django_migrations (applied) VALUES (clock_timestamp())")
else:
    pathlib.Path(sys.argv[3]).write_text("{}")
"""


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.PostgresServer]:
    with tempfile.TemporaryDirectory(prefix="vilarejo-test-") as name:
        Path(name).chmod(0o755)
        started = postgres.start(Path(name, "postgres"), durable=False, elsewhere=Path(name, "elsewhere"))
        yield started
        started.stop()


class Installation:
    """A checkout with a manage.py that notes what it was asked to do."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.var, self.url = folder, folder / "var", url
        (folder / "manage.py").write_text(MANAGE)
        (folder / "people" / "migrations").mkdir(parents=True)
        (folder / "people" / "migrations" / "0001_initial.py").write_text("one")
        for name in ("run", "log"):
            (self.var / name).mkdir(parents=True)

    def start(self) -> list[str]:
        """What one start calls."""
        (self.var / "calls").write_text("")
        environment = {**os.environ, "DATABASE_URL": self.url, "VAR_DIR": str(self.var)}
        database.prepare(folder=self.folder, var=self.var, environment=environment)
        return (self.var / "calls").read_text().split()


@pytest.fixture
def installation(tmp_path: Path, server: postgres.PostgresServer) -> Installation:
    with psycopg.connect(server.url) as connection:
        connection.execute("DROP TABLE IF EXISTS django_migrations")
    return Installation(tmp_path, server.url)


def test_first_start_migrates_and_loads_the_demo_and_the_second_does_neither(installation):
    assert installation.start() == ["migrate", "prepare_demo"]
    assert installation.start() == []


def test_new_migration_is_applied_without_loading_the_demo_again(installation):
    installation.start()
    (installation.folder / "people" / "migrations" / "0002_more.py").write_text("two")
    assert installation.start() == ["migrate"]
    assert installation.start() == []


def test_fresh_database_is_noticed(installation, server):
    installation.start()
    with psycopg.connect(server.url) as connection:
        connection.execute("DROP TABLE django_migrations")
    assert installation.start() == ["migrate", "prepare_demo"]


def test_migration_undone_by_hand_is_noticed(installation, server):
    installation.start()
    (installation.folder / "people" / "migrations" / "0002_more.py").write_text("two")
    installation.start()
    with psycopg.connect(server.url) as connection:
        connection.execute("DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations)")
    assert installation.start() == ["migrate"]


def test_demo_that_failed_leaves_the_first_run_a_first_run(installation):
    (installation.var / "prepare_demo-fails").touch()
    with pytest.raises(Refusal, match=r"(?s)`manage.py prepare_demo` failed.*the reason why it failed"):
        installation.start()
    (installation.var / "prepare_demo-fails").unlink()
    assert installation.start() == ["migrate", "prepare_demo"]
    assert installation.start() == []


def test_silent_database_is_named_without_its_password(installation):
    installation.url = "postgresql://someone:secret@127.0.0.1:9/none"
    with pytest.raises(Refusal) as refused:
        installation.start()
    assert str(refused.value).startswith("The database of DATABASE_URL does not answer")
    assert "secret" not in str(refused.value)
