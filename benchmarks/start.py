"""How long the second ``make run`` takes until the inbox answers, beside the bare web server over a warm database.

The bare server is granian with the same application and nothing else to start.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager

import httpx

from benchmarks.figures import Figure, WorkNotDone, figure
from benchmarks.stack import ROOT, Place, place, running, sign_in, until_ready

RUNS = int(os.environ.get("START_RUNS", "3"))


def run() -> Iterable[Figure]:
    """Start once for the data, then ``RUNS`` times for the clock; the median counts."""
    with place() as where:
        with running(where) as process:
            until_ready(where, process)
            cookies = sign_in(where).cookies
        seconds = sorted(_second_start(where, cookies) for _ in range(RUNS))
        with _bare(where) as began:
            bare = _until(lambda: httpx.get(f"{where.url}/healthz", timeout=2).status_code == 200, began)
    work = f"{RUNS} starts of make run with its data there, each until /inbox/all/ answers 200 to a signed-in agent"
    yield figure("start", seconds[len(seconds) // 2], "s", reference=bare, work=work)


def _second_start(where: Place, cookies: httpx.Cookies) -> float:
    began = time.monotonic()
    with running(where):
        return _until(lambda: _inbox(where, cookies), began)


def _inbox(where: Place, cookies: httpx.Cookies) -> bool:
    return httpx.get(f"{where.url}/inbox/all/", cookies=cookies, timeout=5).status_code == 200


def _until(answers: Callable[[], bool], began: float, limit: float = 60) -> float:
    while time.monotonic() - began < limit:
        try:
            if answers():
                return time.monotonic() - began
        except httpx.HTTPError:
            time.sleep(0.02)
    raise WorkNotDone(f"nothing answered within {limit} s")


@contextmanager
def _bare(where: Place):  # type: ignore[no-untyped-def]
    """The web server alone: same application, no services, no workers."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(where.port), "--no-ws"]
    command += ["--workers", "2", "--blocking-threads", "4", "--log-level", "warning"]
    environment = where.environment() | {"DJANGO_SETTINGS_MODULE": "engagement.config.settings.dev"}
    began = time.monotonic()
    command.append("engagement.config.wsgi:application")
    server = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        yield began
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # it holds nothing; asked politely while it starts, it may never end
        server.wait(20)
