"""The processes of an installation and the command of each, with this installation's own queue names and limits."""

import sys
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Process:
    """One kind of process: what it does, how many may run, and its command."""

    name: str
    does: str
    how_many: str
    command: tuple[str, ...]


def processes() -> dict[str, Process]:
    """Return every process of an installation by its name."""
    listed = (
        Process("web", "pages, API, webhooks", "any number", _web()),
        Process("live", "sockets (/live/)", "any number", _live()),
        Process("mail", "reads and sends messages", "any number", _worker("mail", "inbound", "delivery")),
        Process("work", "everything else in the background", "any number", _worker("work", "default", "campaigns")),
        Process("beat", "starts regular tasks; one is active, others stand by", "one on each host", _beat()),
        Process("smtp", "receives mail over SMTP and LMTP", "any number", _manage("mail_listener")),
        Process("imap", "fetches mailboxes; each by one at a time", "any number", _manage("imap_poller")),
    )
    return {process.name: process for process in listed}


def _web() -> tuple[str, ...]:
    return _python(
        *("-m", "engagement.config.web_server", "--interface", "wsgi"),
        *("--host", settings.BIND_HOST, "--port", str(settings.WEB_PORT)),
        *("--workers", str(settings.WEB_WORKERS), "--blocking-threads", str(settings.WEB_THREADS), "--no-ws"),
        *("--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "30"),
        *("--log-level", "warning", "engagement.config.wsgi:application"),
    )


def _live() -> tuple[str, ...]:
    return _python(
        *("-m", "uvicorn", "--host", settings.BIND_HOST, "--port", str(settings.LIVE_PORT)),
        *("--ws-max-size", "65536"),  # bytes of one message from a browser; the library's own limit is 16 MiB
        *("--log-level", "warning", "--timeout-graceful-shutdown", "5", "engagement.config.asgi:application"),
    )


def _worker(name: str, *queues: str) -> tuple[str, ...]:
    return _python(
        *("-m", "celery", "--quiet", "-A", "engagement.config", "worker", "--hostname", f"{name}@%h"),
        *("--queues", ",".join(f"{settings.NAMESPACE}.{queue}" for queue in queues)),
        *("--concurrency", str(settings.WORKER_PROCESSES), "--loglevel", "WARNING"),
        *("--without-mingle", "--without-gossip"),
    )


def _beat() -> tuple[str, ...]:
    return _python("-m", "celery", "--quiet", "-A", "engagement.config", "beat", "--loglevel", "WARNING", "--pidfile=")


def _manage(command: str) -> tuple[str, ...]:
    return _python(str(settings.ROOT / "manage.py"), command)


def _python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)
