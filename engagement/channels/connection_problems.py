"""Why a server of a channel cannot be used, as a code with values; told in the reader's language.

A problem is stored as {code, values} and becomes a sentence on reading (``describe``).
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext, gettext_noop
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from engagement.channels.email.imap import MailboxRefused
from engagement.channels.email.smtp_session import CannotOpen, SignInRefused, StartTlsMissing, WouldLeakPassword
from engagement.channels.outgoing_guard import ForbiddenHost
from engagement.channels.sealed import Unreadable

Problem = dict[str, Any]
MAX_DETAIL = 300

_SENTENCES = {
    "name": gettext_noop("No server is called %(host)s. Correct the name of the server."),
    "refused": gettext_noop(
        "%(host)s takes no connections on port %(port)s. Correct the port, or ask whoever runs the server to open it."
    ),
    "unreachable": gettext_noop("%(host)s cannot be reached (%(detail)s). Check the name, the network and a firewall."),
    "timeout": gettext_noop(
        "%(host)s did not answer on port %(port)s in time. Check port and encryption: a port for TLS from the start "
        "stays silent without it, and a firewall may drop connections."
    ),
    "forbidden": gettext_noop(
        "%(host)s is in a network to which this installation makes no connections. Whoever runs the installation can "
        "allow it: OUTGOING_ALLOWED_NETWORKS. (%(detail)s)"
    ),
    "tls_not_spoken": gettext_noop(
        "%(host)s does not speak TLS from the start on port %(port)s. Choose STARTTLS, or the port for TLS."
    ),
    "certificate": gettext_noop(
        "The certificate of %(host)s is not trusted: %(detail)s. Correct the name of the server, or have its "
        "certificate renewed."
    ),
    "tls": gettext_noop("%(host)s and we could not agree on TLS: %(detail)s. Choose another encryption or port."),
    "starttls_missing": gettext_noop(
        "%(host)s does not offer STARTTLS on port %(port)s. Choose TLS from the start and its port."
    ),
    "no_plain_password": gettext_noop(
        "The password is not sent to %(host)s without TLS. Choose TLS from the start or STARTTLS."
    ),
    "sign_in": gettext_noop(
        "%(host)s refuses the user or the password: %(detail)s. Enter them again; some providers need a password made "
        "for apps, or access by IMAP and SMTP switched on."
    ),
    "folder": gettext_noop("The folder %(folder)s cannot be opened: %(detail)s. Correct the name of the folder."),
    "target_folder": gettext_noop(
        "The folder %(detail)s, to which fetched messages are to be moved, does not exist. Make it in the mailbox, or "
        "choose another."
    ),
    "closed": gettext_noop("%(host)s ended the connection: %(detail)s. Try again; it may limit connections."),
    "answer": gettext_noop("%(host)s answers: %(detail)s."),
    "no_server": gettext_noop("Nothing says which mail server sends. Enter one here, or set SMTP_URL."),
    "sealed": gettext_noop(
        "The kept password cannot be opened: its key is missing in FIELD_ENCRYPTION_KEYS. Enter the password again, or "
        "put the key back."
    ),
    # The test of a channel.
    "send_refused": gettext_noop(
        "The server took us in and then refused the message: %(detail)s. It may not let this user send as %(address)s."
    ),
    "send_later": gettext_noop("The server does not take the message now: %(detail)s. Try again later."),
    "send_unknown": gettext_noop("The connection was lost while the message was sent: %(detail)s. Try again."),
    "not_back_imap": gettext_noop(
        "The message was sent to %(address)s and is not in the folder %(folder)s after %(seconds)s seconds. Check that "
        "this mailbox gets the mail of %(address)s, and look into its spam folder."
    ),
    "in_spam": gettext_noop(
        "The message came back, but into the folder %(folder)s. Mark it there as no spam, and publish SPF, DKIM and "
        "DMARC records for the domain."
    ),
    "not_back_smtp": gettext_noop(
        "The message was sent to %(address)s and was not delivered here within %(seconds)s seconds. Check that the MX "
        "record of the domain, or a forwarding rule, leads to our mail listener, or enter a mailbox to fetch (IMAP)."
    ),
    "not_read": gettext_noop(
        "The message came back and was not read within %(seconds)s seconds: the workers for incoming mail do not run. "
        "Start them (manage.py doctor says which)."
    ),
    "not_fetched": gettext_noop(
        "The message is in the mailbox and was not fetched within %(seconds)s seconds: the process that fetches "
        "mailboxes does not run. Start it (manage.py imap_poller)."
    ),
    "caught": gettext_noop(
        "No email leaves this installation: SMTP_URL is not set, so the message is in the test mailbox and does not "
        "come back."
    ),
    "paused": gettext_noop("The channel is paused: its mailbox is fetched as soon as you resume it."),
    "not_removed": gettext_noop(
        "The message of the test could not be deleted from the folder %(folder)s: %(detail)s. Delete it by hand."
    ),
    "interrupted": gettext_noop("The test was interrupted. Start it again."),
    # SMS.
    "no_account": gettext_noop("The channel has no account. Enter its account SID and auth token."),
    "provider": gettext_noop("The provider answers: %(detail)s. Correct account, auth token or number."),
    "numbers_unknown": gettext_noop(
        "The provider does not tell how the number is set up. Send a message to %(address)s to test what comes in."
    ),
    "number_missing": gettext_noop("The account has no number %(address)s. Correct the number, or enter its account."),
    "webhook": gettext_noop(
        "Messages to the number do not come here: the provider calls %(detail)s. Enter %(url)s there, with POST."
    ),
    "no_receipt": gettext_noop(
        "The provider took the message and sent no receipt within %(seconds)s seconds. Check that it can reach %(url)s."
    ),
    "not_delivered": gettext_noop("The message was not delivered: %(detail)s."),
}


def problem(code: str, **values: Any) -> Problem:
    """Return a problem to store."""
    shown = {name: value if isinstance(value, int) else str(value)[:MAX_DETAIL] for name, value in values.items()}
    return {"code": code, "values": {name: _line(value) for name, value in shown.items()}}


def describe(found: Mapping[str, Any] | None) -> str:
    """Return the sentence of a stored problem in the active language; empty for none."""
    if not found or "code" not in found:
        return ""
    values = dict.fromkeys(("host", "port", "detail", "folder", "address", "seconds", "url"), "")
    sentence = _SENTENCES.get(found["code"], _SENTENCES["answer"])
    return gettext(sentence) % (values | dict(found.get("values") or {}))


def diagnose(error: BaseException, *, host: str, port: int, folder: str = "") -> Problem:
    """Say why a connection to ``host`` failed."""
    code, detail = _code_of(error)
    return problem(code, host=host, port=port, detail=detail.rstrip(". "), folder=folder)


def _code_of(error: BaseException) -> tuple[str, str]:
    for cause in _causes(error):
        found = _code_of_one(cause)
        if found:
            return found
    if isinstance(error, IMAPClientAbortError):
        return "closed", str(error)
    return "answer", str(error) or type(error).__name__


def _code_of_one(error: BaseException) -> tuple[str, str] | None:
    if isinstance(error, MailboxRefused):
        return error.code, error.detail
    for kind, code in _BY_TYPE:
        if isinstance(error, kind):
            return code, _said(error)
    if isinstance(error, ssl.SSLError):
        reason = str(error.reason or "")
        return ("tls_not_spoken" if reason in _NOT_TLS else "tls"), reason.replace("_", " ").lower() or str(error)
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException | IMAPClientError):
        return "unreachable", error.strerror or str(error)
    return None


_NOT_TLS = (
    *("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNEXPECTED_MESSAGE", "HTTP_REQUEST"),
    "PACKET_LENGTH_TOO_LONG",
)
_BY_TYPE: tuple[tuple[type[BaseException], str], ...] = (
    (ForbiddenHost, "forbidden"),
    (Unreadable, "sealed"),
    (StartTlsMissing, "starttls_missing"),
    (WouldLeakPassword, "no_plain_password"),
    (SignInRefused, "sign_in"),
    (smtplib.SMTPAuthenticationError, "sign_in"),
    (ssl.SSLCertVerificationError, "certificate"),
    (socket.gaierror, "name"),
    (ConnectionRefusedError, "refused"),
    (TimeoutError, "timeout"),
    (ConnectionResetError, "closed"),
    (BrokenPipeError, "closed"),
    (ssl.SSLEOFError, "closed"),
    (smtplib.SMTPServerDisconnected, "closed"),
)


def _said(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return str(getattr(error, "verify_message", "") or error.reason)
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    return (
        str(error)
        if isinstance(error, CannotOpen | ForbiddenHost) or not isinstance(error, OSError)
        else (error.strerror or str(error))
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error that it began with comes first."""
    chain: list[BaseException] = []
    found: BaseException | None = error
    while found is not None and len(chain) < 8:
        chain.append(found)
        found = found.__cause__
    yield from chain


def _line(value: Any) -> Any:
    return (
        " ".join("".join(letter if letter.isprintable() else " " for letter in value).split())
        if isinstance(value, str)
        else value
    )
