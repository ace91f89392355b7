"""``manage.py mail_listener``: takes mail in over SMTP and LMTP until it is told to end."""

import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from engagement.channels.email.listener import Listener, ListenerOptions, quieten_library


class Command(BaseCommand):
    help = "Receive e-mail over SMTP (and LMTP)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.INBOUND_SMTP_HOST)
        parser.add_argument("--port", type=int, default=settings.INBOUND_SMTP_PORT)
        parser.add_argument("--lmtp", default=settings.INBOUND_LMTP, help="a socket's path, or host:port")

    def handle(self, *args: Any, **options: Any) -> None:
        quieten_library()
        listener = Listener(
            ListenerOptions(
                host=options["host"],
                port=options["port"],
                lmtp=options["lmtp"],
                size_limit=settings.MESSAGE_LIMIT,
                connections=settings.INBOUND_CONNECTIONS,
                connections_per_peer=settings.INBOUND_CONNECTIONS_PER_PEER,
                certificate=settings.INBOUND_TLS_CERTIFICATE,
                private_key=settings.INBOUND_TLS_KEY,
            )
        )
        try:
            asyncio.run(self._serve(listener))
        except OSError as error:
            raise CommandError(f"Cannot listen for mail: {error}") from error

    async def _serve(self, listener: Listener) -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        await listener.start()
        self.stdout.write(f"Listening for mail on port {listener.port}.")
        self.stdout.flush()
        await ended.wait()
        await listener.stop()
