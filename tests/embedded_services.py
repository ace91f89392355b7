"""PostgreSQL and Valkey for the tests: started once by the process that runs pytest, gone when it ends.

tests/conftest.py calls `provide()` while it is imported: before Django reads its settings, and before a
conftest of a subfolder imports a model. Workers of pytest-xdist inherit the environment; each has its
own database (pytest-django) and its own pair of Valkey databases. A DATABASE_URL or REDIS_URL that is
given is used as it is; the role of such a database may create databases and set session_replication_role
(PostgreSQL: GRANT SET ON PARAMETER).
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest

from engagement.config.embedded import postgres, valkey
from engagement.config.embedded.failure import EmbeddedFailure

_VALKEY = "VILAREJO_TEST_VALKEY"  # the embedded server's URL without a database number
_stop = []


def provide() -> None:
    """Start what the environment does not name, and name it there."""
    wanted = [name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)]
    if wanted:
        place = Path(tempfile.mkdtemp(prefix="vilarejo-tests-"))
        place.chmod(0o755)  # the server's account must pass
        _stop.append(lambda: shutil.rmtree(place, ignore_errors=True))
        atexit.register(stop)
        try:
            _start(wanted, place)
        except EmbeddedFailure as failure:
            pytest.exit(f"The tests need PostgreSQL and Valkey. {failure}", returncode=3)


def stop() -> None:
    """End the servers and remove their files. Safe to repeat."""
    while _stop:
        _stop.pop()()


def _start(wanted: list[str], place: Path) -> None:
    elsewhere = place / "elsewhere"
    if "DATABASE_URL" in wanted:
        server = postgres.start(place / "postgres", durable=False, elsewhere=elsewhere)
        _stop.append(lambda: server.stop(patience=2.0))
        with psycopg.connect(server.superuser_url, autocommit=True) as connection:
            connection.execute(
                f"GRANT SET ON PARAMETER session_replication_role TO {postgres.ROLE}"
            )  # tests/emptying.py
        os.environ["DATABASE_URL"] = server.url
    if "REDIS_URL" in wanted:
        broker = valkey.start(place / "valkey", durable=False, elsewhere=elsewhere)
        _stop.append(broker.stop)
        os.environ["REDIS_URL"] = os.environ[_VALKEY] = broker.url
