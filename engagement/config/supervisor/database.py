"""The schema, and what stands in the database at first: the demo organisation, or nothing but a link for the set-up.

Django's own check costs two seconds; a note with a fingerprint costs milliseconds. The note belongs to
one database (it holds the time of its first migration), so another or a fresh database is noticed.
"""

import hashlib
import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from engagement.config.embedded.postgres import tail_of
from engagement.config.embedded.processes import dies_with_parent
from engagement.config.supervisor.console import rotate, say
from engagement.config.supervisor.keys import write_private
from engagement.config.supervisor.refusal import Refusal

LINK = "setup-link.txt"


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
        _manage(["migrate", "--noinput"], folder=folder, var=var, environment=environment)
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
            _manage(["prepare_demo", "--write", place], folder=folder, var=var, environment=environment)
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


def _manage(arguments: list[str], *, folder: Path, var: Path, environment: Mapping[str, str]) -> None:
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
            code = process.wait()
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
