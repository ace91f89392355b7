"""Examine an installation: try each part, and say what to do where one fails."""

from __future__ import annotations

import os
import shutil
import smtplib
import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import redis
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from engagement.channels.connection_problems import describe
from engagement.channels.email.sender import POOL
from engagement.channels.email.smtp_server import BadServerURL, NoServer, catches, house_server
from engagement.channels.email.smtp_session import CannotOpen
from engagement.channels.models import Channel
from engagement.config.health import BEAT_LIMIT, QUEUES, run_checks
from engagement.config.heartbeat import workers_by_queue
from engagement.config.operation.sealed_values import count_sealed
from engagement.keys import new_key

OLDEST_SERVER = 150000
MAX_CLOCK_DIFFERENCE = 5.0
MIN_FREE_BYTES, MIN_FREE_SHARE = 1024**3, 0.05
SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. ``advice`` says what to do; empty where all is well."""

    part: str
    is_ok: bool
    detail: str
    advice: str = ""


def examine() -> Iterator[Finding]:
    """Yield a finding for each part, in the order in which they depend on each other. Raises nothing."""
    database = _try("database", _database, "Start PostgreSQL, or correct DATABASE_URL.")
    yield database
    for part, check, advice in _CHECKS:
        if part in _NEEDING_DATABASE and not database.is_ok:
            yield Finding(part, False, "not tried: the database does not answer", "Mend the database first.")
        else:
            yield _try(part, check, advice)
    yield from _parts(database)
    yield from _queues()


class _Wrong(Exception):
    """What is wrong, and where it is not the usual advice, what to do."""

    def __init__(self, detail: str, advice: str = "") -> None:
        super().__init__(detail)
        self.advice = advice


def _try(part: str, check: Callable[[], str], advice: str) -> Finding:
    try:
        return Finding(part, True, check())
    except _Wrong as error:
        return Finding(part, False, str(error), error.advice or advice)
    except (OSError, DatabaseError, redis.RedisError, ValueError) as error:
        said = " ".join(str(error).split())[:300]
        return Finding(part, False, said or type(error).__name__, advice)


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('server_version_num')::int")
        name, number = cursor.fetchone()
    if number < OLDEST_SERVER:
        raise _Wrong(f"PostgreSQL {name} is too old", "Upgrade to PostgreSQL 15 or newer.")
    return f"PostgreSQL {name} answers"


def _schema() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise _Wrong(f"{len(missing)} migrations are missing", "Run manage.py migrate.")
    return "up to date"


def _clock() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        difference = abs(float(cursor.fetchone()[0]) - timezone.now().timestamp())
    if difference > MAX_CLOCK_DIFFERENCE:
        raise _Wrong(f"this machine and the database differ by {difference:.0f} s")
    return f"differs from the database by {difference:.1f} s"


def _sealed() -> str:
    opened, closed = count_sealed()
    if closed:
        raise _Wrong(f"{closed} of {opened + closed} sealed values cannot be opened")
    return f"{opened} sealed values can be opened"


def _mailboxes() -> str:
    rows = Channel.objects.filter(kind="email", status=Channel.Status.ACTIVE).exclude(fetch_problem={})
    for row in rows.defer("credentials").order_by("key"):
        raise _Wrong(f"{row.address}: {describe(row.fetch_problem)}")
    return "no mailbox has a problem"


def _files() -> str:
    content, name = os.urandom(64), ""
    try:
        name = default_storage.save(f"doctor/{new_key().hex}", ContentFile(content))
        with default_storage.open(name) as file:
            if file.read() != content:
                raise _Wrong("a file came back changed")
    finally:
        if name:
            default_storage.delete(name)
    kept = f"bucket {settings.S3_BUCKET}" if settings.S3_BUCKET else str(settings.VAR / "media")
    return f"written, read and removed ({kept})"


def _disk() -> str:
    usage = shutil.disk_usage(_existing(settings.VAR))
    free = f"{usage.free / 1024**3:.1f} GB free of {usage.total / 1024**3:.1f} GB"
    if usage.free < MIN_FREE_BYTES or usage.free < usage.total * MIN_FREE_SHARE:
        raise _Wrong(free)
    return free


def _permissions() -> str:
    wrong = [str(path) for path in _private_paths(settings.VAR) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if wrong:
        raise _Wrong(f"others may enter {', '.join(wrong)}", f"Run chmod go-rwx {' '.join(wrong)}")
    return "only the owner reads secrets and backups"


def _private_paths(var: Path) -> list[Path]:
    names = ("secrets.json", "demo.json", "backups", "run/environment.json")
    return [var / name for name in names if (var / name).exists()]


def _smtp() -> str:
    try:
        server = house_server()
    except (NoServer, BadServerURL) as error:
        raise _Wrong(str(error)) from error
    try:
        POOL.check(server, seconds=SECONDS)
    except CannotOpen as error:
        raise _Wrong(f"{server.host}:{server.port}: {error}") from error
    if catches():
        return "no email leaves: SMTP_URL is not set, the test mailbox keeps it"
    return f"{server.host}:{server.port} lets us in"


def _listener() -> str:
    host, port = settings.INBOUND_SMTP_HOST, settings.INBOUND_SMTP_PORT
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - translated, not bound
    try:
        with smtplib.SMTP(near, port, timeout=SECONDS) as client:
            client.noop()
    except smtplib.SMTPException as error:
        raise _Wrong(f"{near}:{port}: {error}") from error
    return f"{near}:{port} answers"


def _sockets() -> str:
    place = urlsplit(urljoin(settings.BASE_URL, settings.LIVE_URL))
    if not place.hostname:
        raise _Wrong(f"LIVE_URL is {settings.LIVE_URL!r}, which names no server")
    port = place.port or (443 if place.scheme in ("wss", "https") else 80)
    with socket.create_connection((place.hostname, port), timeout=SECONDS):
        return f"{place.hostname}:{port} answers"


def _dns() -> str:
    names = [urlsplit(settings.BASE_URL).hostname or "localhost"]
    if settings.SMTP_URL:
        names.append(urlsplit(settings.SMTP_URL).hostname or "localhost")
    for name in names:
        try:
            socket.getaddrinfo(name, None)
        except OSError as error:
            raise _Wrong(f"{name} has no address ({error})") from error
    return f"{', '.join(dict.fromkeys(names))} can be resolved"


def _existing(path: Path) -> Path:
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


_NEEDING_DATABASE = {"schema", "clock", "sealed values", "mailboxes"}
_CHECKS: tuple[tuple[str, Callable[[], str], str], ...] = (
    ("schema", _schema, "Run manage.py migrate."),
    ("clock", _clock, "Let NTP set the clock of every machine."),
    ("sealed values", _sealed, "Put the missing key back into FIELD_ENCRYPTION_KEYS, or enter those passwords anew."),
    ("mailboxes", _mailboxes, "Open the channel in the browser, mend it, and test the connection."),
    ("files", _files, "Check S3_BUCKET, its keys and rights, or the rights of VAR_DIR/media."),
    ("disk", _disk, "Free space or enlarge the disk: mail is refused (and tried again) while it is full."),
    ("permissions", _permissions, "Take the rights of others away."),
    ("email out", _smtp, "Check SMTP_URL, its user and password, and the firewall."),
    ("email in", _listener, "Start manage.py mail_listener, and check INBOUND_SMTP_HOST and INBOUND_SMTP_PORT."),
    ("sockets", _sockets, "Start the live server (uvicorn), and check LIVE_URL and the proxy."),
    ("DNS", _dns, "Check /etc/resolv.conf, BASE_URL and SMTP_URL."),
)
_ADVICE = {
    "redis": "Start Redis or Valkey, or correct REDIS_URL.",
    "broker": "Start the broker, or correct BROKER_URL.",
    "workers": "Start the Celery workers.",
    "beat": "Start celery beat: exactly what runs regularly waits for it.",
    "outbox": "Workers are too slow or stopped: start more of them.",
}


def _parts(database: Finding) -> Iterator[Finding]:
    """What /readyz asks, besides the database and the disk, which are examined more closely here."""
    for part, answer in run_checks().items():
        if part not in ("database", "disk"):
            yield Finding(part, answer == "ok", answer, "" if answer == "ok" else _ADVICE.get(part, ""))


def _queues() -> Iterator[Finding]:
    try:
        found = workers_by_queue(since=timezone.now() - BEAT_LIMIT)
    except redis.RedisError:
        return  # said above
    for name in QUEUES:
        queue = f"{settings.NAMESPACE}.{name}"
        count = found.get(queue, 0)
        advice = "" if count else f"Start a worker: celery -A engagement.config worker -Q {queue}"
        yield Finding(f"queue {name}", count > 0, f"{count} workers read it", advice)
