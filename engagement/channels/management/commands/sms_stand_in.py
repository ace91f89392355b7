"""``manage.py sms_stand_in``: takes outgoing texts instead of a provider until it is told to end."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from engagement.channels.sms.stand_in.server import StandIn


class Command(BaseCommand):
    help = "Stand in for a provider of texts, on loopback; deliver to nobody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.SMS_STAND_IN_PORT or 2527)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            server = StandIn(options["port"])
        except OSError as error:
            raise CommandError(f"Cannot stand in for a provider of texts: {error}") from error
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.stdout.write(f"Standing in for a provider of texts on port {server.port}.")
        self.stdout.flush()
        ended.wait()
        server.shutdown()
        server.receipts.end()
