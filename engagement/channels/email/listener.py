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
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv6Address, IPv6Network, ip_address
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, syntax
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
_WAITING_BYTES = 128 * 1024 * 1024  # of messages that are whole and wait for their commit, in memory
_SPOOLED_BYTES = 512 * 1024  # of an unfinished message in memory; the rest of it is on disk
_BYTES_PER_SECOND = 2048  # a client that sends slower than this runs out of time
_COMMIT_SECONDS = 60.0
_DISC_FULL = "53100"  # PostgreSQL's disk_full
_AWAY = "451 4.3.0 The message cannot be stored now, try again later"
_FULL = "452 4.3.1 No room for the message now, try again later"
_TOO_SLOW = b"421 4.4.2 No message came in time, closing\r\n"
_TOO_MANY = b"421 4.7.0 Too many connections, try again later\r\n"


@dataclass(frozen=True, slots=True)
class ListenerOptions:
    """Where and how to listen. Port 0 takes any free one; ``lmtp`` is a Unix socket's path or ``host:port``."""

    host: str = "127.0.0.1"
    port: int = 2525
    lmtp: str = ""
    size_limit: int = 40 * 1024 * 1024
    connections: int = 200
    connections_per_peer: int = 50
    unfinished_bytes: int = 1024 * 1024 * 1024  # of all messages that are still coming in
    unfinished_bytes_per_peer: int = 256 * 1024 * 1024
    timeout: float = 300.0  # seconds without progress (RFC 5321 section 4.5.3.2.7); NOOP is none
    message_timeout: float = 900.0  # seconds until a message must have come, longer for what really sends one
    certificate: str = ""
    private_key: str = ""


class Reception:
    """What is answered to RCPT and DATA, the same over SMTP and LMTP."""

    def __init__(self) -> None:
        self.mailboxes = Mailboxes()
        self.commits = GroupCommit(stored=wake_reading)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd finds hooks by these names
        self, server: _Talk, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        server.note_progress()
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: _Talk, session: Any, envelope: Any, address: str, options: list[str]
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
        server.note_progress()
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

    async def room_to_commit(self, size: int) -> bool:
        """Wait until a whole message may be held in memory; False when that takes too long."""
        try:
            async with asyncio.timeout(_COMMIT_SECONDS):
                while 0 < self.commits.waiting_bytes > _WAITING_BYTES - size:  # noqa: ASYNC110 - commits tell nobody
                    await asyncio.sleep(0.05)
        except TimeoutError:
            return False
        return True

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
    """What both protocols share: who is connected, how long and how much, one answer to too many.

    Time runs against a client until its message is taken: what it says beside that (NOOP, RSET, HELP, an unfinished
    line) gains it nothing. An unfinished message is kept on disk but for its beginning, and counted.
    """

    line_length_limit = _LONGEST_LINE
    listener: Listener
    transport: asyncio.Transport | None
    peer = ""  # whose connections and bytes are counted together; nothing: a mail server of ours, over LMTP
    refused = False
    unfinished = 0  # bytes of the message that is coming in
    _received = 0  # bytes of it, also those that were dropped
    _progress_at = _began_at = 0.0
    _timeout_handle: asyncio.TimerHandle | None

    def connection_made(self, transport: asyncio.Transport) -> None:
        if self.transport is None:
            self.peer = _peer_of(transport, self)
            if not self.listener.enter(self):
                self.refused = True
                transport.write(_TOO_MANY)
                transport.close()
                return
            self._began_at = time.monotonic()
        self.note_progress()
        super().connection_made(transport)  # type: ignore[misc]

    def data_received(self, data: bytes) -> None:
        if not self.refused:
            super().data_received(data)  # type: ignore[misc]

    def eof_received(self) -> bool | None:
        return None if self.refused else super().eof_received()  # type: ignore[misc, no-any-return]

    def connection_lost(self, error: Exception | None) -> None:
        self.listener.leave(self)
        if not self.refused:
            super().connection_lost(error)  # type: ignore[misc]

    def note_progress(self) -> None:
        """Note that the client came nearer to a message."""
        self._progress_at = time.monotonic()

    def _reset_timeout(self, duration: float | None = None) -> None:
        """The library asks for more time at each command; the clock is looked at when it says instead."""
        if self._timeout_handle is None:
            self._look_at_clock()

    def _look_at_clock(self) -> None:
        options, now = self.listener.options, time.monotonic()
        patience = options.message_timeout + self._received / _BYTES_PER_SECOND
        left = min(self._progress_at + options.timeout, self._began_at + patience) - now
        loop = asyncio.get_running_loop()
        if left > 0:
            self._timeout_handle = loop.call_later(left, self._look_at_clock)
        elif self.transport is not None:
            self.transport.write(_TOO_SLOW)
            self.transport.close()

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - the library finds commands by these names
        """Take a message in (RFC 5321 section 4.1.1.4), the part that is over a size on disk."""
        talk: Any = self
        if await talk.check_helo_needed() or await talk.check_auth_needed("DATA"):
            return
        if not talk.envelope.rcpt_tos:
            await talk.push("503 Error: need RCPT command")
            return
        if arg:
            await talk.push("501 Syntax: DATA")
            return
        await talk.push("354 End data with <CR><LF>.<CR><LF>")
        answer = _FULL
        try:
            with SpooledTemporaryFile(max_size=_SPOOLED_BYTES) as spool:
                answer = await self._receive(talk, spool) or await self._hand_over(talk, spool)
        except OSError as error:
            log.warning("spool_failed", error=str(error))
        finally:
            self.listener.release(self)
        talk._set_post_data_state()
        await talk.push(answer)

    async def _receive(self, talk: Any, spool: IO[bytes]) -> str:
        """Read up to the lone dot. Returns why the message is not taken, which is said when it has been read."""
        fault, begins_line, self._received = "", True, 0
        while talk.transport is not None:
            try:
                line = await talk._reader.readuntil(b"\r\n")
            except asyncio.CancelledError:  # the connection was lost
                talk._writer.close()
                raise
            except asyncio.LimitOverrunError as error:
                line = await talk._reader.read(error.consumed)
                fault = fault or "500 Line too long (see RFC5321 4.5.3.1.6)"
            if begins_line and line == b".\r\n":
                break
            self._received += len(line)
            self.note_progress()
            if self._received > self.listener.options.size_limit:
                fault = fault if fault.startswith("500") else "552 Error: Too much mail data"
            elif not fault and not self.listener.reserve(self, len(line)):
                fault = _FULL
            if not fault and not _written(spool, line[1:] if begins_line and line.startswith(b".") else line):
                fault = _FULL
            if fault and self.unfinished:
                self.listener.release(self)
                _empty(spool)
            begins_line = line.endswith(b"\r\n")
        return fault

    async def _hand_over(self, talk: Any, spool: IO[bytes]) -> str:
        if not await self.listener.reception.room_to_commit(self.unfinished):
            return _FULL
        spool.seek(0)
        talk.envelope.content = talk.envelope.original_content = spool.read()
        answer: str = await talk._call_handler_hook("DATA")
        talk.envelope.content = talk.envelope.original_content = None
        if answer.startswith("250"):
            self._began_at, self._received = time.monotonic(), 0
        self.note_progress()
        return answer


def _written(spool: IO[bytes], line: bytes) -> bool:
    """Write; False when the disk is full: the rest of the message is then read and dropped, not taken for commands."""
    try:
        spool.write(line)
    except OSError as error:
        log.warning("spool_failed", error=str(error))
        return False
    return True


def _empty(spool: IO[bytes]) -> None:
    with suppress(OSError):
        spool.seek(0)
        spool.truncate()


def _peer_of(transport: asyncio.Transport, talk: _Talk) -> str:
    """The address whose limits count: an IPv6 network of 64 bits is one customer's (RFC 6177)."""
    name = transport.get_extra_info("peername")
    if isinstance(talk, _LMTPTalk) or not isinstance(name, tuple):
        return ""
    try:
        address = ip_address(str(name[0]).partition("%")[0])
    except ValueError:
        return str(name[0])
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))
    return str(address)


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
        self._unfinished: Counter[str] = Counter()  # bytes by peer
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
        """Count a connection; False when there are too many, of all or of one address."""
        if len(self._talks) >= self.options.connections:
            return False
        if talk.peer and sum(one.peer == talk.peer for one in self._talks) >= self.options.connections_per_peer:
            return False
        self._talks.add(talk)
        return True

    def leave(self, talk: _Talk) -> None:
        """Count it no more."""
        self._talks.discard(talk)
        self.release(talk)

    def reserve(self, talk: _Talk, size: int) -> bool:
        """Count so many more bytes of an unfinished message; False when they are too many, of all or of one address."""
        of_peer = self._unfinished[talk.peer] + size
        if self._unfinished.total() + size > self.options.unfinished_bytes:
            return False
        if talk.peer and of_peer > self.options.unfinished_bytes_per_peer:
            return False
        self._unfinished[talk.peer] = of_peer
        talk.unfinished += size
        return True

    def release(self, talk: _Talk) -> None:
        """Count the bytes of a message no more: it was taken, or dropped."""
        self._unfinished[talk.peer] -= talk.unfinished
        talk.unfinished = 0
        if not self._unfinished[talk.peer]:
            del self._unfinished[talk.peer]

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
