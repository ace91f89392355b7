"""Which kind of process this is: it names the database's connections and sets their limits."""

import os
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

PROCESS_KIND = "PROCESS_KIND"
# Seconds that one statement may take, and that a transaction may wait for its process; 0: no limit.
_STATEMENT_SECONDS = {"web": 30, "live": 30, "mail_listener": 60, "imap_poller": 60, "beat": 60, "worker": 900}
_IDLE_SECONDS = {"web": 60, "live": 60, "mail_listener": 60, "imap_poller": 60, "beat": 60, "worker": 300}
# Both ends of a connection find out within about 15 seconds that the other is gone, and the server lets go of the
# locks of a host that is gone (PostgreSQL, runtime-config-connection and libpq-connect).
_CLIENT = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
_SERVER = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "3",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "15s",
    "client_connection_check_interval": "10s",
}


def process_kind(arguments: Sequence[str] | None = None, environment: Mapping[str, str] | None = None) -> str:
    """Return ``web``, ``live``, ``worker``, ``beat``, or the name of the management command; never empty."""
    arguments = sys.argv if arguments is None else arguments
    environment = os.environ if environment is None else environment
    if environment.get(PROCESS_KIND):
        return environment[PROCESS_KIND]
    program = PurePath(arguments[0]) if arguments else PurePath("python")
    is_celery = program.name == "celery" or program.parent.name == "celery"
    if is_celery or "celery" in arguments[:2]:
        return next((word for word in arguments[1:] if word in ("worker", "beat")), "celery")
    if program.name == "manage.py" and len(arguments) > 1:
        return arguments[1]
    return program.stem or "python"


def application_name(kind: str) -> str:
    """Return what pg_stat_activity shows of this process's connections."""
    return f"vilarejo {kind}@{socket.gethostname()}"[:63]


def database_options(
    *, kind: str, pooled: bool, statement_seconds: float | None = None, idle_seconds: float | None = None
) -> dict[str, Any]:
    """Return psycopg's parameters of a connection. ``None`` means the kind's own limit, 0 none.

    Behind PgBouncer no server settings are sent, since it refuses those it does not know: they are set at the role.
    """
    options: dict[str, Any] = {**_CLIENT, "application_name": application_name(kind)}
    if pooled:
        return options
    statement = _STATEMENT_SECONDS.get(kind, 0) if statement_seconds is None else statement_seconds
    idle = _IDLE_SECONDS.get(kind, 0) if idle_seconds is None else idle_seconds
    given = {
        **_SERVER,
        "statement_timeout": str(int(statement * 1000)),
        "idle_in_transaction_session_timeout": str(int(idle * 1000)),
    }
    options["options"] = " ".join(f"-c {name}={value}" for name, value in given.items())
    return options
