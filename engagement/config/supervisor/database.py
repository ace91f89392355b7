"""The schema, and what stands in the database at first: the demo organisation, or nothing but a link for the set-up.

Django's own check costs two seconds; a note with a fingerprint costs milliseconds. The note belongs to
one database (it holds the time of its first migration), so another or a fresh database is noticed.
"""

import hashlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import django
import psycopg

from engagement.config.embedded.postgres import tail_of
from engagement.config.embedded.processes import dies_with_parent
from engagement.config.supervisor.console import rotate, say
from engagement.config.supervisor.keys import write_private
from engagement.config.supervisor.refusal import Refusal

LINK = "setup-link.txt"
PROGRESS_SECONDS = 10.0


def prepare(*, folder: Path, var: Path, environment: Mapping[str, str], demo: bool | None = None) -> bool:
    """Migrate if there is something to migrate; on the first run load the demo, unless ``demo`` is False.

    Without the demo, a link for the set-up is left in ``var/setup-link.txt`` at each start while nobody has an account.
    The note is written last: a crash in the middle means that all of it is done again. Return whether this installation
    holds the demo. Raises Refusal.
    """
    note = var / "run" / "database.json"
    known = _read(note)
    url = environment["DATABASE_URL"]
    files = _fingerprint(folder)
    if (known.get("files"), known.get("state")) != (files, _state(url)):
        say("Preparing the database …")
        progress = MigrationProgress(var / "log" / "migrate.log", total=_count_migrations(folder) - _applied(url))
        _manage(
            ["migrate", "--noinput", "--skip-checks"],
            folder=folder,
            var=var,
            environment=environment,
            progress=progress,
        )
    state = _state(url)
    is_known = known.get("demo") == state["born"]
    holds_demo = known.get("holds_demo", True) if is_known else demo is not False
    link = var / LINK
    if not holds_demo:
        _manage(["setup_link", "--write", str(link)], folder=folder, var=var, environment={**environment, "DEMO": "0"})
    else:
        link.unlink(missing_ok=True)
        if not is_known:
            say("Loading the demo organisation …")
            place = str(var / "demo.json")
            _manage(
                ["prepare_demo", "--skip-checks", "--write", place], folder=folder, var=var, environment=environment
            )
    fresh = {"files": files, "state": state, "demo": state["born"], "holds_demo": holds_demo}
    if known != fresh:
        write_private(note, fresh)
    return holds_demo


def _state(url: str) -> dict[str, Any]:
    """When the database got its first migration, how many it has, and the newest; or that it is empty."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            if connection.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,):
                return {"born": None}
            row = connection.execute("SELECT min(applied)::text, count(*), max(id) FROM django_migrations").fetchone()
    except psycopg.OperationalError as silent:
        reason = str(silent).strip().splitlines()[0]
        raise Refusal(f"The database of DATABASE_URL does not answer: {reason}") from silent
    born, count, newest = row or (None, 0, None)
    return {"born": born, "count": count, "newest": newest}


def _fingerprint(folder: Path) -> str:
    """Of all migrations in the checkout and of the versions of the installed packages."""
    files = sorted({*folder.glob("*/migrations/*.py"), *folder.glob("engagement/*/migrations/*.py")})
    digest = hashlib.sha256()
    for file in [*files, folder / "requirements.txt", folder / "constraints.txt"]:
        if file.exists():
            digest.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


class MigrationProgress:
    """Says how far the migrations are, out of what they write to their log."""

    def __init__(self, log: Path, *, total: int) -> None:
        self._log, self._total = log, max(total, 1)
        self._start = log.stat().st_size if log.exists() else 0
        self._began = self._said = time.monotonic()

    def report(self) -> None:
        """Print a line, at most every ten seconds."""
        now = time.monotonic()
        if now - self._said < PROGRESS_SECONDS or not self._log.exists():
            return
        self._said = now
        with open(self._log, "rb") as file:
            file.seek(self._start)
            done = file.read().count(b"... OK")
        say(progress_line(done, self._total, seconds=now - self._began))


def progress_line(done: int, total: int, *, seconds: float) -> str:
    """Return how many migrations are done, of how many, and about how long the rest takes."""
    total = max(total, done)
    if not done:
        return f"Preparing the database: 0 of about {total} steps"
    left = int(seconds / done * (total - done))
    return f"Preparing the database: {done} of about {total} steps, about {max(left, 1)} s left"


def _applied(url: str) -> int:
    return int(_state(url).get("count") or 0)


def _count_migrations(folder: Path) -> int:
    """Of our apps in the checkout and of installed packages that bring some into this database."""
    ours = {*folder.glob("*/migrations/0*.py"), *folder.glob("engagement/*/migrations/0*.py")}
    place = Path(django.__file__).parent
    bundled = [*place.glob("contrib/auth/migrations/0*.py"), *place.glob("contrib/admin/migrations/0*.py")]
    packages = ("axes", "allauth/account", "allauth/mfa", "allauth/socialaccount", "allauth/usersessions", "guardian")
    others = [file for name in packages for file in place.parent.glob(f"{name}/migrations/0*.py")]
    return len(ours) + len(bundled) + len(others) + len([*place.parent.glob("django_celery_beat/migrations/0*.py")]) + 3


def _manage(
    arguments: list[str],
    *,
    folder: Path,
    var: Path,
    environment: Mapping[str, str],
    progress: MigrationProgress | None = None,
) -> None:
    log = var / "log" / f"{arguments[0]}.log"
    rotate(log)
    with open(log, "ab") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGKILL),
        )
        try:
            while True:
                try:
                    code = process.wait(timeout=1.0 if progress else None)
                    break
                except subprocess.TimeoutExpired:
                    if progress:
                        progress.report()
        except BaseException:
            process.kill()
            process.wait()
            raise
    if code != 0:
        raise Refusal(f"`manage.py {arguments[0]}` failed (code {code}). {tail_of(log, lines=15)}")


def _read(note: Path) -> dict[str, Any]:
    try:
        known = json.loads(note.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
