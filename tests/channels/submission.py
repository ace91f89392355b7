"""A submission server as a mail provider runs it: sign-in required, what it takes is put into a mailbox of Dovecot."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from tests.channels.inbound.dovecot import PASSWORD, USER, Dovecot, free_port


@dataclass
class Submission:
    """``taken``: each message that came, with who signed in; ``drops``: take it and deliver nothing."""

    port: int
    box: Dovecot | None
    taken: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    drops: bool = False
    folder: str = "INBOX"
    refusal: str = ""

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        if self.refusal:
            return self.refusal
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        if self.box is not None and not self.drops:
            self.box.deliver(envelope.content, folder=self.folder)
        return "250 OK"


def _authenticate(server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@contextmanager
def submission(box: Dovecot | None, *, tls: str, context: ssl.SSLContext | None = None) -> Iterator[Submission]:
    """Run one on loopback. ``tls``: required, always or never, as the channel's settings name it."""
    handler = Submission(free_port(), box)
    options: dict[str, Any] = {
        "auth_required": True,
        "authenticator": _authenticate,
        "auth_require_tls": tls != "never",
    }
    if tls == "required":
        options |= {"tls_context": context, "require_starttls": True}
    if tls == "always":
        options |= {"ssl_context": context, "auth_require_tls": False}
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port, **options)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()
