"""Web workers that are killed are back at once, however often."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from engagement.config import request_time

APPLICATION = """
import os, re
def application(environ, start_response):
    if environ["PATH_INFO"] == "/hang":
        re.match("(a+)+$", "a" * 60 + "b")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
"""
STARTER = """
import sys, types
sys.modules["engagement.config.wsgi"] = types.ModuleType("engagement.config.wsgi")
from engagement.config import web_server
web_server.request_time.STALL_SECONDS = 3.0
web_server.main()
"""
WITHIN_SECONDS = 2.0


@pytest.fixture
def served(tmp_path):
    (tmp_path / "small.py").write_text(APPLICATION)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root = Path(__file__).resolve().parents[2]
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2", "--no-ws"]
    options += [
        "--respawn-failed-workers",
        "--respawn-interval",
        "0.5",
        "--workers-kill-timeout",
        "2",
        "small:application",
    ]
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{root}"}
    server = subprocess.Popen([sys.executable, "-c", STARTER, *options], env=environment, cwd=tmp_path)
    address = f"http://127.0.0.1:{port}/"
    deadline = time.monotonic() + 60
    while pid_of(address) is None and time.monotonic() < deadline:
        time.sleep(0.1)
    yield server, address
    server.send_signal(signal.SIGINT)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()


def pid_of(address: str) -> str | None:
    try:
        with urllib.request.urlopen(address, timeout=1) as answer:
            return answer.read().decode()
    except (OSError, urllib.error.URLError):
        return None


def workers_of(server: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return [child for child in psutil.Process(server.pid).children() if child.status() != psutil.STATUS_ZOMBIE]


def test_two_workers_killed_again_and_again_are_back_within_two_seconds(served):
    server, address = served
    for _ in range(3):
        for worker in workers_of(server):
            worker.kill()
        killed, back = time.monotonic(), None
        while back is None and time.monotonic() - killed < 20:
            back = pid_of(address)
        silent = time.monotonic() - killed
        assert back is not None
        assert silent < WITHIN_SECONDS, f"{silent:.1f} s without an answer"
        time.sleep(0.5)
    assert server.poll() is None
    deadline = time.monotonic() + 10
    while len(workers_of(server)) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(workers_of(server)) == 2


def test_a_worker_that_one_request_holds_for_ever_is_replaced(served):
    server, address = served
    before = {worker.pid for worker in workers_of(server)}
    for _ in range(2):
        with pytest.raises((OSError, urllib.error.URLError)):
            urllib.request.urlopen(f"{address}hang", timeout=30)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and {worker.pid for worker in workers_of(server)} & before == before:
        time.sleep(0.2)
    assert {worker.pid for worker in workers_of(server)} & before != before
    assert pid_of(address) is not None


def test_a_request_that_goes_on_too_long_stops_the_beat():
    assert request_time.is_stalled(100.0, 170.0, limit=60.0)
    assert not request_time.is_stalled(100.0, 150.0, limit=60.0)
    assert not request_time.is_stalled(0.0, 1e9, limit=60.0)
    beats, ident = [0.0], -1
    request_time._started[ident] = time.monotonic() - 400
    try:
        thread = threading.Thread(target=request_time.beat, args=(beats, 0), daemon=True)
        thread.start()
        time.sleep(0.3)
        assert beats == [0.0]
    finally:
        request_time._started.pop(ident)
    time.sleep(1.5)
    assert beats[0] > 0
