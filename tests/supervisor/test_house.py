"""The supervisor with true servers and dummy programs: how it starts, mends and ends."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from engagement.config.embedded.ports import free_port
from engagement.config.supervisor.sweep import MARK

ROOT = Path(__file__).resolve().parents[2]


class House:
    """One supervisor under test."""

    def __init__(self, var: Path, port: int) -> None:
        self.var = var
        self.output = var.with_name(f"{var.name}-{time.monotonic_ns()}.out")
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        with open(self.output, "wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "tests/supervisor/dummy_house.py"), str(var)],
                cwd=ROOT,
                env={**keep, "VAR_DIR": str(var), "PORT": str(port), "PYTHONPATH": str(ROOT)},
                stdout=out,
                stderr=out,
            )

    def said(self) -> str:
        return self.output.read_text()

    def wait_for(self, text: str, seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while text not in self.said():
            assert self.process.poll() is None or text in self.said(), self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)

    def wait_until_it_has_crashed_and_runs(self) -> None:
        deadline = time.monotonic() + 20
        while not (self.var / "count").exists() or (self.var / "count").read_text() != "2":
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)

    def processes(self) -> list[psutil.Process]:
        """All that belong to the house: by the mark in the environment, or by their directory."""
        return [process for process in psutil.process_iter() if process.is_running() and self._owns(process)]

    def _owns(self, process: psutil.Process) -> bool:
        try:
            places = (process.environ().get(MARK), process.cwd())
            return any(place and place.startswith(str(self.var)) for place in places)
        except psutil.Error:
            return False


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    """One folder for all tests, as for all days of one installation: only the first start prepares it."""
    with tempfile.TemporaryDirectory(prefix="vilarejo-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name, "var")


@pytest.fixture
def house(var: Path) -> Iterator[Callable[[], House]]:
    port = free_port()
    built: list[House] = []
    (var / "count").unlink(missing_ok=True)
    yield lambda: built.append(House(var, port)) or built[-1]
    for one in built:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()
    left = built[-1].processes() if built else []
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=5)


def test_ready_house_says_where_it_is_and_writes_it_down(house):
    one = house()
    one.wait_for("Vilarejo is ready: http://localhost:")
    demo = one.var / "demo.json"
    known = json.loads(demo.read_text())
    assert demo.stat().st_mode & 0o777 == 0o600
    assert re.fullmatch(r"http://localhost:\d+", known["url"])
    assert f"port {known['inbound_smtp_port']}" in one.said()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_everything_within_five_seconds_and_leaves_no_process(house, number):
    one = house()
    one.wait_for("Vilarejo is ready")
    one.wait_for("stubborn  | deaf")
    assert len(one.processes()) >= 8  # four programs, one grandchild, PostgreSQL's, Valkey
    began = time.monotonic()
    one.process.send_signal(number)
    assert one.process.wait(10) == 0
    assert time.monotonic() - began < 5.0
    assert one.processes() == []
    assert "Killing what did not end in 3.0 s: stubborn" in one.said()


def test_crashed_program_is_started_again_and_its_last_lines_are_shown(house):
    one = house()
    one.wait_for("crashing  | ended with code 7; it is started again in 1 s. Its last lines")
    one.wait_for("crashing  |     the reason of the crash")
    one.wait_until_it_has_crashed_and_runs()


def test_after_kill_9_the_next_start_is_not_in_the_way_of_anything(house):
    first = house()
    first.wait_for("Vilarejo is ready")
    first.process.kill()
    first.process.wait()
    second = house()
    second.wait_for("Vilarejo is ready")
    second.process.terminate()
    assert second.process.wait(10) == 0
    assert second.processes() == []


def test_killed_database_is_started_again(house):
    one = house()
    one.wait_for("Vilarejo is ready")
    pid = int((one.var / "postgres/data/postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    one.wait_for("PostgresServer ended with code -9; it is started again.")
    one.wait_for("PostgresServer runs again.")
    assert int((one.var / "postgres/data/postmaster.pid").read_text().split()[0]) != pid


def test_second_start_in_the_same_folder_is_refused_and_disturbs_nothing(house):
    first = house()
    first.wait_for("Vilarejo is ready")
    first.wait_until_it_has_crashed_and_runs()
    before = {process.pid for process in first.processes() if process.name().startswith("python")}
    second = house()
    assert second.process.wait(10) == 1
    assert f"Vilarejo is already running in this folder (process {first.process.pid})" in second.said()
    assert "Traceback" not in second.said()
    assert before <= {process.pid for process in first.processes()}


def test_start_while_the_last_run_is_still_ending_waits_for_its_end(house):
    first = house()
    first.wait_for("Vilarejo is ready")
    first.wait_for("stubborn  | deaf")
    first.process.terminate()
    first.wait_for("Stopping")
    second = house()
    second.wait_for("Vilarejo is ready")
    assert first.process.poll() == 0


def test_busy_port_is_said_in_one_sentence_before_anything_is_started(tmp_path):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        one = House(tmp_path / "var", listener.getsockname()[1])
        assert one.process.wait(10) == 1
    assert one.said().startswith("Vilarejo does not start. Port ")
    assert len(one.said().splitlines()) == 1
    assert not (one.var / "postgres").exists()
