"""``prepare_demo --write var/demo.json``: load the demo organisation, on the first run only."""

import json
import os
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils import timezone

from engagement.config.demo.load import load
from engagement.partitions import prepare_partitions
from engagement.village.models import User

_LOCK = 0x56494C41  # "VILA": one loader at a time


class Command(BaseCommand):
    """Loads Pedralva into an empty installation and writes how to sign in."""

    help = "Load the demo organisation on the first run; write sign-ins to a file that only its owner may read."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare --write."""
        parser.add_argument("--write", type=Path, required=True, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load everything in one transaction; the file is in place when, and only when, it is committed."""
        target: Path = options["write"]
        waiting = target.with_name(target.name + ".new")
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            if User.objects.exists():
                self._finish(waiting, target)
                return
            now = timezone.now()
            prepare_partitions(now=now)
            _write_private(waiting, asdict(load(now=now)))
        os.replace(waiting, target)
        self.stdout.write(f"Loaded the demo organisation; sign-ins are in {target}.")

    def _finish(self, waiting: Path, target: Path) -> None:
        """Complete a load that was cut off between its commit and the renaming of its file."""
        if waiting.exists() and not target.exists():
            os.replace(waiting, target)
        self.stdout.write("There are people in this database already: nothing was loaded.")


def _write_private(path: Path, content: dict[str, Any]) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, ensure_ascii=False, indent=2)
        file.flush()
        os.fsync(file.fileno())
