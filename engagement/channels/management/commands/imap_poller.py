"""``manage.py imap_poller``: fetches all mailboxes that are fetched by IMAP, until it is told to end."""

import signal
import threading
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection

from engagement.channels.inbound.polling import LOOK_SECONDS, Pollers

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Fetch e-mail by IMAP."

    def handle(self, *args: Any, **options: Any) -> None:
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        pollers = Pollers()
        while not ended.is_set():
            try:
                pollers.keep_in_step()
            except (DatabaseError, InterfaceError) as error:
                log.warning("imap_settings_unknown", error=str(error))
                connection.close()
            ended.wait(LOOK_SECONDS)
        pollers.stop()
