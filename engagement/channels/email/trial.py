"""Try a channel's servers: connect, sign in, hang up."""

import imaplib
import socket
import ssl
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from engagement.channels import outgoing_guard
from engagement.channels.email.sender import POOL
from engagement.channels.email.smtp_server import BadServerURL, NoServer, server_of
from engagement.channels.email.smtp_session import CannotOpen, explain
from engagement.channels.models import Channel


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it: ``error`` is the server's own answer, empty when all went well."""

    server: str
    error: str = ""


def try_smtp(channel: Channel) -> Tried:
    """Open a connection to the server that sends for this channel, with TLS and sign-in."""
    try:
        server = server_of(channel)
    except (BadServerURL, NoServer) as error:
        return Tried("SMTP", str(error))
    name = f"SMTP {server.host}:{server.port}"
    try:
        POOL.check(server)
    except CannotOpen as error:
        return Tried(name, str(error))
    return Tried(name)


def try_imap(channel: Channel) -> Tried | None:
    """Sign in to the mailbox that is polled, and open its folder; None when there is none."""
    own = channel.settings.get("imap") or {}
    if not own.get("host"):
        return None
    name = f"IMAP {own['host']}:{own['port']}"
    secret = channel.secret("imap")
    kind: Any = _GuardedTls if own.get("tls", "always") == "always" else _Guarded
    try:
        client = kind(own["host"], int(own["port"]), timeout=settings.SMTP_TIMEOUT)
        try:
            if kind is _Guarded and own.get("tls") != "never":
                client.starttls(ssl.create_default_context())
            client.login(secret.get("user", ""), secret.get("password", ""))
            answer, detail = client.select(_quoted(own.get("folder", "INBOX")), readonly=True)
            return Tried(name, "" if answer == "OK" else explain(OSError(str(detail[0]))))
        finally:
            client.shutdown()
    except (OSError, imaplib.IMAP4.error) as error:
        return Tried(name, explain(error))


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


class _Guarded(imaplib.IMAP4):
    def _create_socket(self, timeout: float | None) -> socket.socket:
        return _connected(self.host, self.port, timeout)


class _GuardedTls(imaplib.IMAP4_SSL):
    def _create_socket(self, timeout: float | None) -> ssl.SSLSocket:
        bare = _connected(self.host, self.port, timeout)
        return ssl.create_default_context().wrap_socket(bare, server_hostname=self.host)


def _connected(host: str, port: int, timeout: float | None) -> socket.socket:
    addresses = outgoing_guard.resolve(host, port)
    return outgoing_guard.connect(addresses, port, seconds=timeout or settings.SMTP_TIMEOUT)
