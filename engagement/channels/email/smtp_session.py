"""One SMTP connection: opened with TLS and sign-in, then any number of messages (RFC 5321, 3207, 4954, 6152,
6531).
"""

import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_noop

from engagement.channels import outgoing_guard
from engagement.channels.adapters import (
    Accepted,
    Handover,
    LeaseLost,
    NotNow,
    Outcome,
    Refused,
    Unknown,
    Unreachable,
)
from engagement.channels.email.smtp_server import SmtpServer

CHUNK = 64 * 1024
SENDING_PATIENCE, ANSWER_PATIENCE = 3, 5  # times SMTP_TIMEOUT
_LINE_ENDS = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"(?m)^\.")
_NO_PATH = re.compile(r"[\x00-\x20\x7f<>]")
Reply = tuple[int, str]


class CannotOpen(Exception):
    """The server could not be reached, or would not have us; the text says why."""


class StartTlsMissing(CannotOpen):
    """The server does not offer STARTTLS, which the channel requires."""


class WouldLeakPassword(CannotOpen):
    """The password would be sent without TLS."""


class SignInRefused(CannotOpen):
    """The server refuses user or password, or has no way to sign in."""


@dataclass(frozen=True, slots=True)
class Letter:
    """An envelope and the bytes of a message. An empty ``sender`` is the null reverse-path (RFC 5321 4.5.5)."""

    sender: str
    recipients: Sequence[str]
    content: bytes = field(repr=False)


class _Plain(smtplib.SMTP):
    guarded = False

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return _connected(host, port, timeout, guarded=self.guarded)


class _Tls(smtplib.SMTP_SSL):
    guarded = False

    def _get_socket(self, host: str, port: int, timeout: float) -> ssl.SSLSocket:
        bare = _connected(host, port, timeout, guarded=self.guarded)
        return self.context.wrap_socket(bare, server_hostname=host)


def _connected(host: str, port: int, seconds: float, *, guarded: bool) -> socket.socket:
    if guarded:
        addresses = outgoing_guard.resolve(host, port)
    else:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    return outgoing_guard.connect(addresses, port, seconds=seconds)


class Session:
    """A connection that is signed in. Not for two threads at once."""

    def __init__(self, server: SmtpServer, *, seconds: float | None = None) -> None:
        self.server = server
        self.is_open = False
        self.has_begun = False  # the present message's hand-over
        kind: Any = _Tls if server.tls == "always" else _Plain
        options: dict[str, Any] = {"local_hostname": _our_name(), "timeout": seconds or settings.SMTP_TIMEOUT}
        if server.tls == "always":
            options["context"] = _tls_context(server)
        self._smtp: smtplib.SMTP = kind(**options)
        self._smtp.guarded = server.guarded  # type: ignore[attr-defined]

    def open(self) -> None:
        """Connect, greet, start TLS, sign in. Raises CannotOpen."""
        try:
            self._smtp._host = self.server.host  # type: ignore[attr-defined]  # smtplib sets it in __init__ only
            code, greeting = self._smtp.connect(self.server.host, self.server.port)
            if code != 220:
                raise CannotOpen(f"{code} {_text(greeting)}")
            self._smtp.ehlo_or_helo_if_needed()
            self._start_tls()
            self._sign_in()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self.close()
            raise CannotOpen(explain(error)) from error
        except CannotOpen:
            self.close()
            raise
        self.is_open = True

    def is_alive(self) -> bool:
        """Ask the server whether it is still there (NOOP)."""
        try:
            return self._smtp.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            self.close()
            return False

    def close(self) -> None:
        """End the connection; politely only where that costs no waiting. Safe to repeat."""
        self.is_open = False
        self._smtp.close()

    def quit(self) -> None:
        """Say good-bye and end the connection."""
        try:
            self._smtp.quit()
        except (OSError, smtplib.SMTPException):
            self._smtp.close()
        self.is_open = False

    def send(self, letter: Letter, handover: Handover) -> Outcome:
        """Hand over one message. The connection stays open for the next one unless it broke."""
        self.has_begun = False
        impossible = self._impossible(letter)
        if impossible is not None:
            return impossible
        try:
            outcome = self._negotiate(letter, handover)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self.close()
            return Unreachable(explain(error))
        if self.is_open and not isinstance(outcome, Accepted | Unknown):
            self.reset()
        return outcome

    # For several messages at once (smtp_pipeline).

    def offers(self, extension: str) -> bool:
        """Say whether the server has named an extension of SMTP."""
        return self._smtp.has_extn(extension)

    def prepare(self, letter: Letter) -> tuple[bytes, str, list[str]] | Refused:
        """Return the words as they go over the wire, the MAIL command and the RCPT commands."""
        impossible = self._impossible(letter)
        if impossible is not None:
            return impossible
        try:
            content, options = self._fit(letter)
            mail = f"MAIL FROM:<{self._path(letter.sender)}>{options}"
            return content, mail, [f"RCPT TO:<{self._path(one)}>" for one in letter.recipients]
        except _NeedsInternational as error:
            return Refused("needs_smtputf8", str(error))

    def write(self, data: bytes) -> None:
        """Send bytes as they are. Raises OSError, SMTPServerDisconnected."""
        self._smtp.send(data)

    def pour(self, content: bytes, following: bytes, begun: Callable[[], None]) -> None:
        """Send the words of a message, and commands right behind them. Calls ``begun`` in their middle."""
        give_up = time.monotonic() + SENDING_PATIENCE * settings.SMTP_TIMEOUT
        middle = max(1, -(-len(content) // 2))
        data = content + following
        step = min(CHUNK, middle)
        for start in [0, *range(step, len(data), CHUNK)]:
            if time.monotonic() > give_up:
                raise TimeoutError("The server reads too slowly.")
            self._smtp.send(data[start : start + (CHUNK if start else step)])
            if start == 0:
                begun()

    def reply(self) -> Reply:
        """Return the server's next answer. Raises OSError, SMTPServerDisconnected."""
        code, text = self._smtp.getreply()
        if code == -1:
            raise smtplib.SMTPServerDisconnected("no answer")
        return code, _text(text)

    def final_reply(self) -> Reply:
        """Return the answer to a message's words, for which there is more patience."""
        code, text = self._last_answer()
        return code, _text(text)

    def refusal(self, reply: Reply) -> Outcome:
        """Return what a reply that is no yes means, while nothing has been taken."""
        return self._no(reply)

    def reset(self) -> None:
        """Let the server forget what was begun."""
        try:
            if self._command("RSET")[0] != 250:
                self.close()
        except (OSError, smtplib.SMTPException):
            self.close()

    def _impossible(self, letter: Letter) -> Refused | None:
        if any(_NO_PATH.search(address) for address in (letter.sender, *letter.recipients)):
            return Refused("recipient_invalid", "An address holds a blank or a control character.")
        size = int(self._smtp.esmtp_features.get("size") or 0)
        if size and len(letter.content) > size:
            return Refused("too_large", f"{len(letter.content)} bytes; the server takes {size}.")
        return None

    def _negotiate(self, letter: Letter, handover: Handover) -> Outcome:
        """MAIL and RCPT; raises when the connection is lost, which is safe up to here: nothing has left."""
        try:
            content, options = self._fit(letter)
            sender = self._path(letter.sender)
        except _NeedsInternational as error:
            return Refused("needs_smtputf8", str(error))
        reply = self._awake(self._command(f"MAIL FROM:<{sender}>{options}"))
        if reply[0] != 250:
            return self._no(reply)
        refused, later = self._name_recipients(letter.recipients)
        taken = len(letter.recipients) - len(refused) - len(later)
        if later and (handover.patient or not taken):
            return self._no(next(iter(later.values())))
        if not taken:
            return self._no(next(iter(refused.values())))
        self.has_begun = True
        if not handover.begin():
            return LeaseLost()
        left_out = {address: f"{code} {text}" for address, (code, text) in {**refused, **later}.items()}
        return self._give(content, left_out, handover)

    def _name_recipients(self, recipients: Sequence[str]) -> tuple[dict[str, Reply], dict[str, Reply]]:
        """RCPT for each; returns who is refused for good and who for now."""
        refused: dict[str, Reply] = {}
        later: dict[str, Reply] = {}
        for address in recipients:
            try:
                reply = self._awake(self._command(f"RCPT TO:<{self._path(address)}>"))
            except _NeedsInternational as error:
                refused[address] = (553, str(error))
                continue
            if reply[0] // 100 == 4:
                later[address] = reply
            elif reply[0] not in (250, 251, 252):
                refused[address] = reply
        return refused, later

    def _give(self, content: bytes, left_out: dict[str, str], handover: Handover) -> Outcome:
        """DATA and the answer to it. From its first byte on, a lost connection leaves the outcome unknown."""
        reply = self._command("DATA")
        if reply[0] != 354:
            return self._no(reply)
        try:
            self._pour(content, handover)
            code, text = self._last_answer()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Unknown(explain(error))
        handover.observe("answered")
        answer = _text(text)
        if code // 100 == 2:
            return Accepted(f"{code} {answer}", left_out)
        if code // 100 not in (4, 5):
            self.close()
            return Unknown(f"{code} {answer}")
        return self._no((code, answer))

    def _pour(self, content: bytes, handover: Handover) -> None:
        give_up = time.monotonic() + SENDING_PATIENCE * settings.SMTP_TIMEOUT
        step = min(CHUNK, max(1, -(-len(content) // 2)))
        for start in range(0, len(content), step):
            if time.monotonic() > give_up:
                raise TimeoutError("The server reads too slowly.")
            self._smtp.send(content[start : start + step])
            if start == 0:
                handover.observe("sending")

    def _last_answer(self) -> tuple[int, bytes]:
        """The answer to the final dot takes longest: servers look for viruses first (RFC 5321 section
        4.5.3.2.6).
        """
        self._wait_at_most(ANSWER_PATIENCE * settings.SMTP_TIMEOUT)
        reply = self._smtp.getreply()
        self._wait_at_most(settings.SMTP_TIMEOUT)
        return reply

    def _wait_at_most(self, seconds: float) -> None:
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(seconds)

    def _no(self, reply: Reply) -> Outcome:
        """What a reply that is no yes means, while nothing has been taken."""
        code, text = reply
        if code == 421:
            self.close()
        if code in (530, 535, 538):
            self.close()
            return Unreachable(f"{code} {text}")  # our sign-in is wrong, not the message
        if code // 100 == 5:
            return Refused("carrier_refused", f"{code} {text}")
        return NotNow("carrier_later", f"{code} {text}")

    def _fit(self, letter: Letter) -> tuple[bytes, str]:
        """The bytes as this server may have them, ending in the final dot; and the options of MAIL.

        Bare CR or LF become CRLF, so that nothing inside can end the message early at a careless server.
        """
        content, options = _with_line_ends(letter.content), ""
        head = content.partition(b"\r\n\r\n")[0]
        addresses = (letter.sender, *letter.recipients)
        international = not head.isascii() or any(not one.rpartition("@")[0].isascii() for one in addresses)
        if international and self._smtp.has_extn("smtputf8"):
            options += " SMTPUTF8"
        elif not head.isascii():
            raise _NeedsInternational("The server does not offer SMTPUTF8, which this message's header needs.")
        if not content.isascii():
            if self._smtp.has_extn("8bitmime"):
                options += " BODY=8BITMIME"
            else:
                content = message_from_bytes(content, policy=policy.SMTP).as_bytes(
                    policy=policy.SMTP.clone(cte_type="7bit")
                )
        if self._smtp.has_extn("size"):
            options += f" SIZE={len(content)}"
        return _dotted(content), options

    def _path(self, address: str) -> str:
        local, _, domain = address.rpartition("@")
        if not local.isascii() and not self._smtp.has_extn("smtputf8"):
            raise _NeedsInternational("The server does not offer SMTPUTF8, which this address needs.")
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}" if domain else local

    def _command(self, line: str) -> Reply:
        self.write((line + "\r\n").encode())
        return self.reply()

    def _awake(self, reply: Reply) -> Reply:
        """421 means that the server hangs up, whatever was asked (RFC 5321 section 3.8)."""
        if reply[0] == 421:
            raise smtplib.SMTPServerDisconnected(f"421 {reply[1]}")
        return reply

    def _start_tls(self) -> None:
        if self.server.tls not in ("offered", "required"):
            return
        if self._smtp.has_extn("starttls"):
            self._smtp.starttls(context=_tls_context(self.server))
            self._smtp.ehlo_or_helo_if_needed()
        elif self.server.tls == "required":
            raise StartTlsMissing(gettext_noop("The server does not offer STARTTLS, and this channel requires it."))

    def _sign_in(self) -> None:
        if not self.server.user:
            return
        if not isinstance(self._smtp.sock, ssl.SSLSocket) and not self.server.is_loopback:
            raise WouldLeakPassword(
                gettext_noop("The password is not sent without TLS. Choose TLS, or leave user and password out.")
            )
        try:
            self._smtp.login(self.server.user, self.server.password)
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as error:
            raise SignInRefused(explain(error)) from error


class _NeedsInternational(ValueError):
    pass


def _with_line_ends(content: bytes) -> bytes:
    """The content with CRLF at the end of each line; most has them already, and counting is ten times faster."""
    ends = content.count(b"\r\n")
    if content.count(b"\n") == content.count(b"\r") == ends:
        return content
    return _LINE_ENDS.sub(b"\r\n", content)


def _dotted(content: bytes) -> bytes:
    """The content as it goes after DATA (RFC 5321 section 4.5.2); its line ends are CRLF already."""
    if not content.endswith(b"\r\n"):
        content += b"\r\n"
    if content.startswith(b".") or b"\n." in content:
        content = _LEADING_DOT.sub(b"..", content)
    return content + b".\r\n"


def _tls_context(server: SmtpServer) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not server.verify or (server.is_loopback and server.tls == "offered"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _our_name() -> str:
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def _text(reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return " ".join(text.replace("\x00", "").split())[:1000]


def explain(error: BaseException) -> str:
    """Return a network's or server's error as one line for people."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return _text(str(error)) or type(error).__name__
