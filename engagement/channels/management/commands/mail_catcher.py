"""``manage.py mail_catcher``: keeps outgoing mail in the customers' mailboxes until it is told to end."""

import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from engagement.channels.catcher import server


class Command(BaseCommand):
    help = "Catch outgoing e-mail on loopback instead of delivering it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.CATCHER_PORT or 2526)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            asyncio.run(self._serve(options["port"]))
        except OSError as error:
            raise CommandError(f"Cannot catch mail: {error}") from error

    async def _serve(self, port: int) -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        running = await server.start(port)
        self.stdout.write(f"Catching mail on port {port}.")
        self.stdout.flush()
        await ended.wait()
        running.close()
