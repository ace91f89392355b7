"""The embedded PostgreSQL: real processes in a temporary directory."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from engagement.config.embedded import postgres
from engagement.config.embedded.failure import EmbeddedFailure
from engagement.config.embedded.home import settle
from engagement.config.embedded.lock import FolderBusy
from engagement.config.embedded.postgres import PostgresServer

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that the server's account can enter; tmp_path is closed to others."""
    with tempfile.TemporaryDirectory(prefix="vilarejo-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture(scope="module")
def shared() -> Iterator[PostgresServer]:
    """A server for the tests that only ask."""
    with tempfile.TemporaryDirectory(prefix="vilarejo-test-") as name:
        Path(name).chmod(0o755)
        server = postgres.start(Path(name, "postgres"), durable=False, elsewhere=Path(name, "elsewhere"))
        yield server
        server.stop()


@pytest.fixture(scope="module")
def prepared() -> Iterator[Path]:
    """A stopped cluster to copy: making one takes longer than a test."""
    with tempfile.TemporaryDirectory(prefix="vilarejo-test-") as name:
        Path(name).chmod(0o755)
        postgres.start(Path(name, "postgres"), durable=False, elsewhere=Path(name, "elsewhere")).stop()
        yield Path(name, "postgres", "data")


@pytest.fixture
def start(place: Path, prepared: Path) -> Iterator[Callable[..., PostgresServer]]:
    started: list[PostgresServer] = []

    def begin(directory: Path | None = None, **options: object) -> PostgresServer:
        options.setdefault("elsewhere", place / "elsewhere")
        if directory is None and not (place / "postgres").exists():
            (place / "postgres").mkdir()
            subprocess.run(["cp", "-a", prepared, place / "postgres" / "data"], check=True)
        started.append(postgres.start(directory or place / "postgres", durable=False, **options))
        return started[-1]

    yield begin
    for server in started:
        server.stop()


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


def write(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement)


def test_database_is_utf8_with_the_builtin_unicode_locale(shared):
    facts = "SELECT (pg_encoding_to_char(encoding), datlocprovider, datlocale)::text FROM pg_database"
    assert ask(shared.url, f"{facts} WHERE datname = 'vilarejo'") == "(UTF8,b,PG_UNICODE_FAST)"
    assert ask(shared.url, "SELECT lower('ÁÉÇ')") == "áéç"


def test_application_role_is_no_superuser_but_may_create_databases_and_extensions(shared):
    role = "SELECT (rolsuper, rolcreatedb, rolcreaterole)::text FROM pg_roles WHERE rolname = current_user"
    assert ask(shared.url, "SELECT current_user::text") == "vilarejo"
    assert ask(shared.url, role) == "(f,t,f)"
    for extension in ("pg_trgm", "unaccent", "citext", "btree_gin"):
        write(shared.url, f"CREATE EXTENSION {extension}")


def test_server_listens_on_no_network_address(shared):
    assert ask(shared.superuser_url, "SHOW listen_addresses") == ""


def test_socket_directory_is_closed_to_other_users(shared):
    assert (shared.home.directory / "socket").stat().st_mode & 0o777 == 0o700


def test_commits_are_written_to_disk_unless_a_test_says_otherwise(shared, place):
    assert ask(shared.url, "SHOW fsync") == "off"
    durable = postgres.start(place / "durable", elsewhere=place / "elsewhere")
    try:
        assert ask(durable.url, "SHOW fsync") == "on"
        assert ask(durable.url, "SHOW synchronous_commit") == "on"
    finally:
        durable.stop()


def test_rows_survive_stop_and_start(start):
    server = start()
    write(server.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    server.stop()
    server.start()
    assert ask(server.url, "SELECT answer FROM kept") == 42


def test_rows_survive_kill_9_of_the_server(start):
    server = start()
    write(server.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    server.restart()
    assert ask(server.url, "SELECT answer FROM kept") == 42


def test_second_start_in_the_same_directory_names_the_process_that_runs(start):
    server = start()
    with pytest.raises(FolderBusy) as refused:
        start()
    assert refused.value.pid == os.getpid()
    assert "already running in this folder" in str(refused.value)
    assert ask(server.url, "SELECT 1") == 1


def test_pid_file_that_names_a_stranger_does_not_stop_the_start(start, place):
    server = start()
    server.stop()
    (place / "postgres" / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{place}/postgres/data\n")
    server.start()
    assert ask(server.url, "SELECT 1") == 1


def test_interrupted_preparation_is_begun_again(start, place):
    half = place / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert ask(start().url, "SELECT 1") == 1


def test_long_path_gets_a_short_socket_directory(start, place):
    deep = place / ("x" * 60) / ("y" * 60) / "postgres"
    server = start(deep)
    assert ask(server.url, "SELECT 1") == 1
    socket = server.home.socket_directory(".s.PGSQL.5432")
    assert not socket.is_relative_to(place)
    assert socket.stat().st_mode & 0o777 == 0o700
    server.stop()
    socket.rmdir()


def test_server_that_cannot_start_says_why(start):
    with pytest.raises(EmbeddedFailure, match=r"(?s)PostgreSQL did not start.*no_such_parameter"):
        start(settings={"no_such_parameter": "1"})


ORPHANING = """
import os, signal, sys
from pathlib import Path
from engagement.config.embedded import postgres, processes
processes._prctl = None  # as on a system without PR_SET_PDEATHSIG
server = postgres.start(Path(sys.argv[1]), durable=False, elsewhere=Path(sys.argv[2]))
import psycopg
with psycopg.connect(server.url) as connection:
    connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
print(server.process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_server_that_outlived_its_supervisor_is_ended_by_the_next_start(start, place):
    killed = subprocess.run(
        [sys.executable, "-c", ORPHANING, str(place / "postgres"), str(place / "elsewhere")],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    orphan = int(killed.stdout)
    assert Path(f"/proc/{orphan}").exists() or sys.platform != "linux"
    server = start()
    assert server.process.pid != orphan
    assert not Path(f"/proc/{orphan}/cwd").exists()
    assert ask(server.url, "SELECT answer FROM kept") == 42


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux")
def test_server_ends_with_the_process_that_started_it(start, place):
    dying = ORPHANING.replace("processes._prctl = None", "")
    killed = subprocess.run(
        [sys.executable, "-c", dying, str(place / "postgres"), str(place / "elsewhere")],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    _wait_until_gone(int(killed.stdout))
    assert ask(start().url, "SELECT answer FROM kept") == 42


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has somebody to drop to")
def test_as_root_the_server_runs_as_an_unprivileged_user(start, place):
    server = start()
    uid = os.stat(f"/proc/{server.process.pid}").st_uid
    assert uid != 0
    assert (place / "postgres" / "data").stat().st_uid == uid


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has somebody to drop to")
def test_as_root_in_a_closed_home_the_data_live_elsewhere_and_are_found_again(start, place):
    closed = place / "root-home"
    closed.mkdir(mode=0o700)
    server = start(closed / "checkout" / "var" / "postgres")
    write(server.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    assert server.data.is_relative_to(place / "elsewhere")
    server.stop()
    again = start(closed / "checkout" / "var" / "postgres")
    assert ask(again.url, "SELECT answer FROM kept") == 42


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has somebody to drop to")
def test_program_in_a_closed_place_is_copied_with_its_libraries(place):
    package = place / "closed" / "wheel"
    (package / "bin").mkdir(parents=True)
    (package / "bin" / "server").write_text("#!/bin/sh\n")
    (package / "bin" / "server").chmod(0o755)
    (place / "closed" / "wheel.libs").mkdir()
    (place / "closed" / "wheel.libs" / "lib.so").write_text("library")
    (place / "closed").chmod(0o700)
    home = settle(place / "var" / "postgres", elsewhere=place / "elsewhere")
    copy = home.program(package / "bin" / "server", package=package, version="1.2")
    assert copy == place / "elsewhere" / "wheel-1.2" / "wheel" / "bin" / "server"
    assert (place / "elsewhere" / "wheel-1.2" / "wheel.libs" / "lib.so").read_text() == "library"
    assert home.account.reaches(copy)
    assert home.program(package / "bin" / "server", package=package, version="1.2") == copy


def _wait_until_gone(pid: int) -> None:
    psutil.wait_procs([p for p in psutil.process_iter() if p.pid == pid], timeout=10)
    assert not psutil.pid_exists(pid)
