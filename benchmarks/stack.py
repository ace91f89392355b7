"""The whole house, started the way a person starts it: ``make run``, in a folder of data of its own."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.figures import WorkNotDone

ROOT = Path(__file__).resolve().parents[1]
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Place:
    """Where the data lies and which ports are used."""

    var: Path
    port: int
    live_port: int
    smtp_port: int
    catcher_port: int

    @property
    def url(self) -> str:
        """The address of the pages."""
        return f"http://localhost:{self.port}"

    def environment(self) -> dict[str, str]:
        """Return what ``make run`` is told."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
        for name in ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "SMTP_URL", "NAMESPACE", "SECRET_KEY"):
            kept.pop(name, None)
        return kept | {
            "VAR_DIR": str(self.var),
            "PORT": str(self.port),
            "LIVE_PORT": str(self.live_port),
            "INBOUND_SMTP_PORT": str(self.smtp_port),
            "CATCHER_PORT": str(self.catcher_port),
        }

    def demo(self) -> dict[str, Any]:
        """Return what ``var/demo.json`` says."""
        said: dict[str, Any] = json.loads((self.var / "demo.json").read_text(encoding="utf-8"))
        return said


@contextmanager
def place() -> Iterator[Place]:
    """Find four free ports and an empty folder; the folder goes afterwards."""
    holders = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
    ports = [holder.getsockname()[1] for holder in holders]
    for holder in holders:
        holder.close()
    folder = Path(tempfile.mkdtemp(prefix="vilarejo-bench-"))
    folder.chmod(0o755)  # the database's account must pass
    try:
        yield Place(folder / "var", *ports)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(where: Place) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``make run`` and end it as Ctrl-C would."""
    log = (where.var.parent / "run.log").open("ab")
    process = subprocess.Popen(
        ["make", "run"], cwd=ROOT, env=where.environment(), stdout=log, stderr=log, start_new_session=True
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)
        log.close()


def until_ready(where: Place, process: subprocess.Popen[bytes], *, seconds: float = 300) -> None:
    """Wait for ``/readyz`` and the file of sign-ins. Raises WorkNotDone when the house ends or takes too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            ready = httpx.get(f"{where.url}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            ready = False
        if ready and "url" in where.demo():
            return
        time.sleep(0.1)
    raise WorkNotDone("make run did not become ready:\n" + (where.var.parent / "run.log").read_text()[-2000:])


def sign_in(where: Place, role: str = "Agent") -> httpx.Client:
    """Return a client that has signed in through the page as the first person of a role."""
    person = next(user for user in where.demo()["users"] if user["role"] == role)
    client = httpx.Client(base_url=where.url, follow_redirects=True, timeout=30)
    form = _TOKEN.search(client.get("/accounts/login/").text)
    if form is None:
        raise WorkNotDone("the sign-in page has no form")
    said = {"csrfmiddlewaretoken": form[1], "login": person["email"], "password": person["password"]}
    answer = client.post("/accounts/login/", data=said, headers={"Referer": f"{where.url}/accounts/login/"})
    if answer.url.path.startswith("/accounts/"):
        raise WorkNotDone(f"{person['email']} could not sign in")
    return client
