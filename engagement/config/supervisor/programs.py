"""Which programs one machine runs, and what each is told by its environment."""

import secrets
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from engagement.config.supervisor.child import Program
from engagement.config.supervisor.options import Options
from engagement.config.supervisor.sweep import MARK

# Root is warned about pickles, which nobody accepts here; its warning has no switch of its own.
_CELERY = (
    *("-W", "ignore:You're running the worker with superuser privileges", "-m", "celery", "--quiet"),
    *("-A", "engagement.config"),
)
_NOT_OURS = ("MAKELEVEL", "MAKEFLAGS", "MFLAGS", "MAKE_TERMERR", "MAKE_TERMOUT", "VIRTUAL_ENV", "PYTHONHOME")


def environment_of(options: Options, *, var: Path, keys: Mapping[str, str], base: Mapping[str, str]) -> dict[str, str]:
    """The environment of every child. What the person set stays, what was left open is filled in."""
    given = {name: value for name, value in base.items() if value and name not in _NOT_OURS}
    page = urlsplit(options.base_url)
    defaults = {
        **keys,
        "ALLOWED_HOSTS": ",".join(_hosts(options)),
        "LIVE_URL": f"ws://{_bracketed(page.hostname or options.local_host)}:{options.live_port}/live/",
        "NAMESPACE": "vilarejo",
        "LOG_JSON": "false",
        "DJANGO_SETTINGS_MODULE": "engagement.config.settings.dev",
    }
    return {
        **defaults,
        **given,
        MARK: str(var),
        "DEMO": "0" if options.demo is False else "1",
        "VAR_DIR": str(var),
        "RUN_ID": secrets.token_hex(4),
        "PYTHONUNBUFFERED": "1",
        "HOST": options.host,
        "PORT": str(options.port),
        "LIVE_PORT": str(options.live_port),
        "INBOUND_SMTP_HOST": options.host or "0.0.0.0",  # noqa: S104 - the person chose all addresses
        "INBOUND_SMTP_PORT": str(options.inbound_smtp_port),
        "CATCHER_PORT": str(options.catcher_port),
        "BASE_URL": options.base_url,
        "DATABASE_URL": options.database_url,
        "REDIS_URL": options.redis_url,
        "BROKER_URL": options.broker_url,
        "SMTP_URL": options.smtp_url,
        "SMS_API_URL": options.sms_api_url,
        "SMS_STAND_IN_PORT": str(options.sms_stand_in_port),
    }


def programs(options: Options, *, namespace: str, catcher: bool) -> list[Program]:
    """All children; the first one serves the pages and is started before the others."""
    listed = [
        Program("web", _python(*_web(options)), stop_signal=signal.SIGINT),
        Program("live", _python(*_live(options))),
        _worker("mail", f"{namespace}.inbound,{namespace}.delivery", processes=2),
        _worker("work", f"{namespace}.default,{namespace}.campaigns", processes=2),
        Program("beat", _python(*_CELERY, "beat", "--loglevel", "WARNING", "--pidfile=")),
        Program("smtp", _python("manage.py", "mail_listener")),
        Program("imap", _python("manage.py", "imap_poller")),
    ]
    if catcher:
        listed.append(Program("catcher", _python("manage.py", "mail_catcher")))
    if options.sms_stand_in_port:
        listed.append(Program("sms", _python("manage.py", "sms_stand_in")))
    return listed


def _web(options: Options) -> tuple[str, ...]:
    return (
        *("-m", "engagement.config.web_server", "--interface", "wsgi", "--host", options.host or "0.0.0.0"),  # noqa: S104
        *("--port", str(options.port), "--workers", "2", "--blocking-threads", "4", "--no-ws"),
        *("--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "2"),
        *("--log-level", "warning", "engagement.config.supervisor.pages:application"),
    )


def _live(options: Options) -> tuple[str, ...]:
    return (
        *("-m", "uvicorn", "--host", options.host or "0.0.0.0", "--port", str(options.live_port)),  # noqa: S104
        *("--ws-max-size", "65536"),  # bytes of one message from a browser; the library's own limit is 16 MiB
        *("--log-level", "warning", "--timeout-graceful-shutdown", "2", "engagement.config.asgi:application"),
    )


def _worker(name: str, queues: str, *, processes: int) -> Program:
    """SIGQUIT is the soft shutdown: running tasks get two seconds. SIGTERM would wait for them for good."""
    command = _python(
        *(*_CELERY, "worker", "--hostname", f"{name}@%h", "--queues", queues, "--concurrency", str(processes)),
        *("--loglevel", "WARNING", "--without-mingle", "--without-gossip"),
    )
    return Program(name, command, stop_signal=signal.SIGQUIT)


def _python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)


def _hosts(options: Options) -> list[str]:
    """The names under which browsers may ask for a page. On all addresses: this machine's own names too."""
    named = [urlsplit(options.base_url).hostname or "", "localhost", "127.0.0.1", "::1"]
    if options.local_host != options.host:
        name = socket.gethostname()
        named += [name, socket.getfqdn(), *_addresses_of(name)]
    else:
        named.append(options.host)
    return sorted({_bracketed(host) for host in named if host})


def _addresses_of(name: str) -> list[str]:
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(name, None)]
    except socket.gaierror:
        return []


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
