"""What can be chosen by environment variables, checked before anything is started."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from engagement.config.embedded.ports import free_port, why_not
from engagement.config.supervisor.refusal import Refusal

_SCHEMES = {
    "DATABASE_URL": ("postgresql", "postgres"),
    "REDIS_URL": ("redis", "rediss"),
    "BROKER_URL": ("redis", "rediss", "amqp", "amqps"),
    "SMTP_URL": ("smtp", "smtps"),
    "SMS_API_URL": ("https", "http"),
    "BASE_URL": ("http", "https"),
}
_EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - compared, not bound


@dataclass(frozen=True)
class Options:
    """The answers to all questions. An empty URL means: the embedded one."""

    host: str
    port: int
    live_port: int
    inbound_smtp_port: int
    catcher_port: int
    database_url: str
    redis_url: str
    broker_url: str
    smtp_url: str
    base_url: str
    sms_stand_in_port: int = 0
    sms_api_url: str = ""
    demo: bool | None = None  # None: as it was decided at the first start

    @property
    def local_host(self) -> str:
        """The host under which this machine reaches its own servers."""
        return "127.0.0.1" if self.host in _EVERYWHERE else self.host

    @property
    def local_url(self) -> str:
        """Where the supervisor itself looks whether the pages answer."""
        host = f"[{self.local_host}]" if ":" in self.local_host else self.local_host
        return f"http://{host}:{self.port}"


def read(environment: Mapping[str, str]) -> Options:
    """Read and check the options; every port in the answer was free a moment ago.

    A port that was chosen, and PORT even when it was not, must be free. Another one moves aside.
    Raises Refusal naming the variable, its value and the remedy.
    """
    urls = {name: _url(environment, name) for name in _SCHEMES}
    host = environment.get("HOST", "127.0.0.1").strip()
    taken: dict[int, str] = {}
    port = _port(environment, "PORT", 8000, host=host, taken=taken, moves=False)
    live = _port(environment, "LIVE_PORT", port + 1, host=host, taken=taken)
    inbound = _port(environment, "INBOUND_SMTP_PORT", 2525, host=host, taken=taken)
    catcher = 0 if urls["SMTP_URL"] else _port(environment, "CATCHER_PORT", 2526, host="127.0.0.1", taken=taken)
    stand_in = (
        0 if urls["SMS_API_URL"] else _port(environment, "SMS_STAND_IN_PORT", 2527, host="127.0.0.1", taken=taken)
    )
    shown = "localhost" if host in (*_EVERYWHERE, "127.0.0.1", "::1") else host
    return Options(
        host=host,
        port=port,
        live_port=live,
        inbound_smtp_port=inbound,
        catcher_port=catcher,
        database_url=urls["DATABASE_URL"],
        redis_url=urls["REDIS_URL"],
        broker_url=urls["BROKER_URL"] or urls["REDIS_URL"],
        smtp_url=urls["SMTP_URL"],
        base_url=(urls["BASE_URL"] or f"http://{shown}:{port}").rstrip("/"),
        sms_stand_in_port=stand_in,
        sms_api_url=urls["SMS_API_URL"],
        demo=_demo(environment, own_database=bool(urls["DATABASE_URL"])),
    )


def _demo(environment: Mapping[str, str], *, own_database: bool) -> bool | None:
    """Whether the demo is wanted. It never goes by itself into a database that the person brought."""
    said = environment.get("DEMO", "").strip().lower()
    if said in ("1", "true", "yes", "on"):
        return True
    if said in ("0", "false", "no", "off"):
        return False
    if said:
        raise Refusal(f"DEMO must be 1 (load the demo organization) or 0 (begin empty), not {said!r}.")
    return False if own_database else None


def _url(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        return ""
    try:
        scheme = urlsplit(value).scheme
    except ValueError:
        scheme = ""
    if scheme not in _SCHEMES[name]:
        expected = " or ".join(f"{choice}://" for choice in _SCHEMES[name])
        # The value may hold a password, so it is not repeated.
        raise Refusal(f"{name} must start with {expected}. Correct it, or leave it out.")
    return value


def _port(
    environment: Mapping[str, str],
    name: str,
    default: int,
    *,
    host: str,
    taken: dict[int, str],
    moves: bool = True,
) -> int:
    text = environment.get(name, "").strip()
    port = _number(name, text) if text else min(default, 65535)
    reason = f"already used for {taken[port]}" if port in taken else why_not(host, port)
    if reason and moves and not text:
        port = free_port(_bindable(host), avoid=frozenset(taken))
    elif reason:
        example = free_port(_bindable(host), avoid=frozenset(taken))
        raise Refusal(
            f"Port {port} on {host or 'all addresses'} is {reason}. "
            f"Choose another one with {name}, for example: {name}={example} make run"
        )
    taken[port] = name
    return port


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise Refusal(f"{name} must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _bindable(host: str) -> str:
    """The host itself when it can be bound, else loopback: only to find an example."""
    return host if not why_not(host, 0) else "127.0.0.1"
