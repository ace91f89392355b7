"""The settings of an email channel: through which server it sends, from which mailbox it fetches, and how it treats
what comes in.

Stored in ``Channel.settings``: ``smtp`` {host, port, tls, verify}, ``imap`` {host, port, tls, folder, after, move_to,
start, since}, both optional, and the options by name; in ``Channel.credentials``: ``smtp`` and ``imap`` {user,
password}. Only this module knows those names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from django.utils.dateparse import parse_datetime

from engagement.channels.kind_settings import merge_side
from engagement.channels.models import Channel

TLS_MODES = ("required", "always", "offered", "never")
RETURN_PATHS = ("auto", "signed", "plain")
CUSTOMER_MODES = ("auto", "always", "never")
AFTER_FETCH = ("keep", "seen", "move")
STARTS = ("new", "all")
_SMTP_PORTS = {"required": 587, "always": 465, "offered": 587, "never": 25}
_IMAP_PORTS = {"required": 143, "always": 993, "offered": 143, "never": 143}


def usual_smtp_port(tls: str) -> int:
    """Return the port of message submission for a mode of encryption (RFC 6409, RFC 8314)."""
    return _SMTP_PORTS.get(tls, 587)


def usual_imap_port(tls: str) -> int:
    """Return the port of IMAP for a mode of encryption (RFC 9051)."""
    return _IMAP_PORTS.get(tls, 993)


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The server that sends. ``tls``: STARTTLS ``required`` or where ``offered``, ``always`` from the first byte,
    ``never``. ``verify``: check the server's certificate.
    """

    host: str
    port: int = 587
    tls: str = "required"
    user: str = ""
    password: str = field(default="", repr=False)
    verify: bool = True


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """The mailbox that is fetched. ``after``: keep messages as they are, mark them as seen, or move them to
    ``move_to``. ``start``: fetch all messages, or only those that came after ``since``.
    """

    host: str
    port: int = 993
    tls: str = "always"
    user: str = ""
    password: str = field(default="", repr=False)
    folder: str = "INBOX"
    after: str = "keep"
    move_to: str = ""
    start: str = "all"
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """All settings of an email channel. Without ``smtp`` the installation's own server sends; without ``imap`` mail
    comes in over SMTP only.
    """

    smtp: SmtpSettings | None = None
    imap: ImapSettings | None = None
    authentication_servers: tuple[str, ...] = ()
    checks_senders: bool = True
    return_path: str = "auto"
    customer_in_reply_to: str = "auto"

    @classmethod
    def from_channel(cls, channel: Channel) -> Self:
        """Read a channel."""
        return cls.from_stored(channel.settings, channel.secrets)

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any], secrets: Mapping[str, Any] | None = None) -> Self:
        """Read ``Channel.settings``, without ``secrets`` where credentials are not needed."""
        sealed = secrets or {}
        smtp, imap = stored.get("smtp") or {}, stored.get("imap") or {}
        return cls(
            smtp=_smtp(smtp, sealed.get("smtp") or {}) if smtp.get("host") else None,
            imap=_imap(imap, sealed.get("imap") or {}) if imap.get("host") else None,
            authentication_servers=tuple(str(name) for name in stored.get("authentication_servers") or ()),
            checks_senders=bool(stored.get("checks_senders", True)),
            return_path=_one_of(stored.get("return_path"), RETURN_PATHS, "auto"),
            customer_in_reply_to=_one_of(stored.get("customer_in_reply_to"), CUSTOMER_MODES, "auto"),
        )

    def to_channel(self, channel: Channel) -> None:
        """Write into a channel; its signing key and whatever else it holds stay."""
        smtp, imap = self.smtp, self.imap
        kept = merge_side(channel.settings, "smtp", _facts(smtp, ("host", "port", "tls", "verify")))
        places = ("host", "port", "tls", "folder", "after", "move_to", "start", "since")
        kept = merge_side(kept, "imap", _facts(imap, places))
        channel.settings = {
            **kept,
            "authentication_servers": list(self.authentication_servers),
            "checks_senders": self.checks_senders,
            "return_path": self.return_path,
            "customer_in_reply_to": self.customer_in_reply_to,
        }
        sealed = merge_side(channel.secrets, "smtp", _facts(smtp, ("user", "password")))
        channel.credentials = merge_side(sealed, "imap", _facts(imap, ("user", "password")))

    def keep_secrets_of(self, before: Self) -> Self:
        """Return these settings with the passwords of ``before`` where none is given, for the same user and host."""
        smtp, imap = self.smtp, self.imap
        if smtp and before.smtp and not smtp.password and _is_same_account(smtp, before.smtp):
            smtp = replace(smtp, password=before.smtp.password)
        if imap and before.imap and _is_same_account(imap, before.imap):
            since = before.imap.since if before.imap.start == imap.start else imap.since
            imap = replace(imap, password=imap.password or before.imap.password, since=since)
        return replace(self, smtp=smtp, imap=imap)

    def facts(self) -> dict[str, Any]:
        """Return all values by dotted name."""
        found: dict[str, Any] = {
            "authentication_servers": list(self.authentication_servers),
            "checks_senders": self.checks_senders,
            "return_path": self.return_path,
            "customer_in_reply_to": self.customer_in_reply_to,
        }
        for side, held in (("smtp", self.smtp), ("imap", self.imap)):
            if held is not None:
                found |= {f"{side}.{name}": value for name, value in _facts(held, held.__slots__).items()}
        return found


def has_signed_return_path(settings: EmailSettings) -> bool:
    """Whether bounces of a channel may come back to its address with a token behind a plus sign.

    Unless it is set: yes where our own listener takes its mail, no for a mailbox that is fetched by IMAP, whose server
    may not know such addresses.
    """
    return settings.imap is None if settings.return_path == "auto" else settings.return_path == "signed"


def _smtp(stored: Mapping[str, Any], secret: Mapping[str, Any]) -> SmtpSettings:
    tls = _one_of(stored.get("tls"), TLS_MODES, "required")
    return SmtpSettings(
        host=str(stored["host"]),
        port=_port(stored.get("port"), usual_smtp_port(tls)),
        tls=tls,
        user=str(secret.get("user") or ""),
        password=str(secret.get("password") or ""),
        verify=bool(stored.get("verify", True)),
    )


def _imap(stored: Mapping[str, Any], secret: Mapping[str, Any]) -> ImapSettings:
    tls = _one_of(stored.get("tls"), TLS_MODES, "always")
    move_to = str(stored.get("move_to") or "")
    after = _one_of(stored.get("after"), AFTER_FETCH, "keep")
    return ImapSettings(
        host=str(stored["host"]),
        port=_port(stored.get("port"), usual_imap_port(tls)),
        tls=tls,
        user=str(secret.get("user") or ""),
        password=str(secret.get("password") or ""),
        folder=str(stored.get("folder") or "INBOX"),
        after="keep" if after == "move" and not move_to else after,
        move_to=move_to,
        start=_one_of(stored.get("start"), STARTS, "all"),
        since=parse_datetime(str(stored.get("since") or "")),
    )


def _port(stored: Any, usual: int) -> int:
    return int(stored) if str(stored or "").isdecimal() and 0 < int(stored) < 65536 else usual


def _one_of(stored: Any, known: tuple[str, ...], usual: str) -> str:
    return str(stored) if stored in known else usual


def _is_same_account(one: SmtpSettings | ImapSettings, other: SmtpSettings | ImapSettings) -> bool:
    return (one.host, one.user) == (other.host, other.user)


def _facts(held: SmtpSettings | ImapSettings | None, names: Iterable[str]) -> dict[str, Any]:
    if held is None:
        return {}
    facts = {name: getattr(held, name) for name in names}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in facts.items()}
