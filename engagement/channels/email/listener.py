"""The SMTP and LMTP listener: 250 is only said after the message is committed.

Standards: RFC 5321 (SMTP), RFC 2033 (LMTP), RFC 1870 (SIZE), RFC 3207 (STARTTLS), RFC 6531 (SMTPUTF8),
RFC 3463 (enhanced status codes in the texts).
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP
from django.db import Error as DatabaseFault
from django.utils import timezone

from engagement.channels.actions.receive import Delivery
from engagement.channels.inbound.delivery_key import delivery_key
from engagement.channels.inbound.group_commit import GroupCommit
from engagement.channels.inbound.mailboxes import Mailboxes
from engagement.channels.inbound.waking import wake_reading

log = structlog.get_logger(__name__)

_LONGEST_LINE = 1024 * 1024  # RFC 5321 allows 1000 octets; programs exist that send a whole picture in one line
_MOST_RECIPIENTS = 1000
_WAITING_BYTES = 256 * 1024 * 1024
_COMMIT_SECONDS = 60.0
_DISC_FULL = "53100"  # PostgreSQL's disk_full
_AWAY = "451 4.3.0 The message cannot be stored now, try again later"
_FULL = "452 4.3.1 No room for the message now, try again later"


@dataclass(frozen=True, slots=True)
class ListenerOptions:
    """Where and how to listen. Port 0 takes any free one; ``lmtp`` is a Unix socket's path or ``host:port``."""

    host: str = "127.0.0.1"
    port: int = 2525
    lmtp: str = ""
    size_limit: int = 40 * 1024 * 1024
    connections: int = 200
    timeout: float = 300.0
    certificate: str = ""
    private_key: str = ""


class Reception:
    """What is answered to RCPT and DATA, the same over SMTP and LMTP."""

    def __init__(self) -> None:
        self.mailboxes = Mailboxes()
        self.commits = GroupCommit(stored=wake_reading)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd finds hooks by these names
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.commits.waiting_bytes > _WAITING_BYTES:
            return _FULL
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        try:
            channel_id = await self.mailboxes.find(address)
        except DatabaseFault as error:
            log.warning("mailboxes_unknown", error=str(error))
            return _AWAY
        if channel_id is None:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        envelope.__dict__.setdefault("channels", []).append(channel_id)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = await self._store(server, session, envelope)
        # RFC 2033 section 4.2: LMTP answers once for each recipient that was accepted.
        return "\r\n".join([answer] * len(envelope.rcpt_tos)) if isinstance(server, LMTP) else answer

    async def handle_exception(self, error: Exception) -> str:
        log.error("listener_failed", exc_info=error)
        return _AWAY

    async def _store(self, server: SMTP, session: Any, envelope: Any) -> str:
        item = _deliveries(server, session, envelope)
        try:
            async with asyncio.timeout(_COMMIT_SECONDS):
                await self.commits.store(item)
        except TimeoutError:
            log.warning("commit_too_slow", seconds=_COMMIT_SECONDS)
            return _AWAY
        except DatabaseFault as error:
            log.warning("delivery_not_stored", error=str(error))
            full = getattr(error.__cause__, "sqlstate", None) == _DISC_FULL
            return _FULL if full else _AWAY
        return "250 2.0.0 OK"

    async def close(self) -> None:
        """Finish what was accepted."""
        await self.commits.drain()
        await self.mailboxes.close()


def _deliveries(server: SMTP, session: Any, envelope: Any) -> tuple[Delivery, ...]:
    """One delivery for each mailbox of ours, whatever number of its addresses was named."""
    recipients: dict[Any, list[str]] = {}
    for channel_id, address in zip(envelope.channels, envelope.rcpt_tos, strict=True):
        recipients.setdefault(channel_id, []).append(_clean(address))
    body = bytes(envelope.content)
    key = delivery_key(body, at=timezone.now())
    peer = session.peer
    facts = {
        "mail_from": _clean(envelope.mail_from or ""),
        "peer": str(peer[0]) if isinstance(peer, tuple) else "",
        "helo": _clean(session.host_name or ""),
        "protocol": "lmtp" if isinstance(server, LMTP) else "smtp",
        "tls": session.ssl is not None,
    }
    return tuple(
        Delivery(channel_id, key, {**facts, "rcpt_to": addresses}, body) for channel_id, addresses in recipients.items()
    )


def _clean(text: str) -> str:
    """What a JSON column of PostgreSQL takes: no NUL, no lone surrogate."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


class _Talk:
    """What both protocols share: who is connected, how long a line may be, one answer to too many."""

    line_length_limit = _LONGEST_LINE
    listener: Listener
    transport: asyncio.Transport | None
    refused = False
    _active_at = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:
        if self.transport is None and not self.listener.enter(self):
            self.refused = True
            transport.write(b"421 4.7.0 Too many connections, try again later\r\n")
            transport.close()
            return
        super().connection_made(transport)  # type: ignore[misc]

    def data_received(self, data: bytes) -> None:
        if self.refused:
            return
        now = time.monotonic()
        if now - self._active_at > 10:  # the library's clock runs from the last command, however long DATA takes
            self._active_at = now
            self._reset_timeout()  # type: ignore[attr-defined]
        super().data_received(data)  # type: ignore[misc]

    def eof_received(self) -> bool | None:
        return None if self.refused else super().eof_received()  # type: ignore[misc, no-any-return]

    def connection_lost(self, error: Exception | None) -> None:
        self.listener.leave(self)
        if not self.refused:
            super().connection_lost(error)  # type: ignore[misc]


class _SMTPTalk(_Talk, SMTP):  # type: ignore[misc]
    pass


class _LMTPTalk(_Talk, LMTP):  # type: ignore[misc]
    pass


class Listener:
    """The servers of one process. ``start`` binds, ``stop`` finishes what was accepted and closes."""

    def __init__(self, options: ListenerOptions) -> None:
        self.options = options
        self.reception = Reception()
        self.port = options.port  # the one that was bound, after ``start``
        self._servers: list[asyncio.Server] = []
        self._talks: set[_Talk] = set()
        self._tls = _tls_context(options)

    async def start(self) -> None:
        """Bind. Raises OSError when an address is taken or may not be used."""
        loop = asyncio.get_running_loop()
        smtp = partial(self._talk, _SMTPTalk)
        self._servers = [await loop.create_server(smtp, self.options.host, self.options.port, backlog=256)]
        self.port = self._servers[0].sockets[0].getsockname()[1]
        if self.options.lmtp:
            self._servers.append(await self._bind_lmtp(loop))

    async def stop(self) -> None:
        """Take no more connections, finish what is being committed, answer it, close the rest."""
        for server in self._servers:
            server.close()
        await self.reception.close()
        await asyncio.sleep(0.05)  # the answers to what was just committed leave
        for talk in list(self._talks):
            if talk.transport is not None:
                talk.transport.write(b"421 4.3.2 Closing, try again later\r\n")
                talk.transport.close()

    def enter(self, talk: _Talk) -> bool:
        """Count a connection; False when there are too many."""
        if len(self._talks) >= self.options.connections:
            return False
        self._talks.add(talk)
        return True

    def leave(self, talk: _Talk) -> None:
        """Count it no more."""
        self._talks.discard(talk)

    async def _bind_lmtp(self, loop: asyncio.AbstractEventLoop) -> asyncio.Server:
        lmtp = partial(self._talk, _LMTPTalk)
        if "/" not in self.options.lmtp:
            host, _, port = self.options.lmtp.rpartition(":")
            return await loop.create_server(lmtp, host, int(port), backlog=256)
        path = Path(self.options.lmtp)
        path.unlink(missing_ok=True)  # noqa: ASYNC240 - once, before anybody is served
        server = await loop.create_unix_server(lmtp, str(path), backlog=256)
        path.chmod(0o660)  # noqa: ASYNC240
        return server

    def _talk(self, kind: Any) -> Any:
        talk: Any = kind(
            self.reception,
            data_size_limit=self.options.size_limit,
            enable_SMTPUTF8=True,
            decode_data=False,
            hostname=socket.gethostname(),
            ident="Vilarejo",
            tls_context=self._tls,
            timeout=self.options.timeout,
            auth_exclude_mechanism=["LOGIN", "PLAIN"],
            loop=asyncio.get_running_loop(),
        )
        talk.listener = self
        return talk


def _tls_context(options: ListenerOptions) -> ssl.SSLContext | None:
    if not options.certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(options.certificate, options.private_key or None)
    return context


def quieten_library() -> None:
    """Let aiosmtpd speak of warnings only: it writes several lines about each command."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)
