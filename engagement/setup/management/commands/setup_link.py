"""``setup_link``: print the link by which the first administrator sets up the organization in the browser."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from engagement.setup.actions import AlreadySetUp, issue_setup_token


class Command(BaseCommand):
    """Prints a link that works once. A new one makes the old one useless."""

    help = "Print the link that opens the set-up in the browser. It works once, and only while nobody has an account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare --write."""
        parser.add_argument("--write", type=Path, metavar="FILE", help="write the link to a file only its owner reads")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print or write the link. With --write, an installation that has people just loses the file."""
        target: Path | None = options["write"]
        if target is not None:
            target.unlink(missing_ok=True)
        try:
            token = issue_setup_token()
        except AlreadySetUp as error:
            if target is not None:
                return
            raise CommandError("Somebody has an account here already: sign in instead.") from error
        link = f"{settings.BASE_URL}{reverse('setup:begin')}?token={token}"
        if target is None:
            self.stdout.write(link)
            return
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(link + "\n")
