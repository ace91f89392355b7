"""An SMTP server on loopback that takes everything and delivers nothing: it keeps what customers would have
got.
"""

import asyncio
import logging
from datetime import datetime
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from engagement.channels.catcher.keeping import keep
from engagement.keys import new_key

log = structlog.get_logger(__name__)
HOST = "127.0.0.1"
_LONGEST_LINE = 1024 * 1024


class Catcher:
    """Answers DATA with 250 once the message is committed, with 451 when the database is away."""

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds hooks by these names
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        try:
            await asyncio.to_thread(_keep, envelope, timezone.now())
        except DatabaseError as error:
            log.warning("caught_mail_not_kept", error=str(error))
            return "451 4.3.0 Cannot be kept now, try again later"
        return "250 2.0.0 Kept in the customer's mailbox"


def _keep(envelope: Any, now: datetime) -> None:
    close_old_connections()
    keep(
        delivery=new_key(),
        sender=envelope.mail_from or "",
        recipients=list(envelope.rcpt_tos),
        body=bytes(envelope.content),
        now=now,
    )


async def start(port: int) -> asyncio.Server:
    """Listen on loopback. Raises OSError when the port is taken."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    loop = asyncio.get_running_loop()

    def talk() -> SMTP:
        protocol = SMTP(
            Catcher(),
            data_size_limit=2 * settings.MESSAGE_LIMIT,
            enable_SMTPUTF8=True,
            decode_data=False,
            hostname="catcher.localhost",
            ident="Vilarejo catcher",
            loop=loop,
        )
        protocol.line_length_limit = _LONGEST_LINE
        return protocol

    return await loop.create_server(talk, HOST, port)
