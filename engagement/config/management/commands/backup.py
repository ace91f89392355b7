"""``manage.py backup``: database, files and keys into a folder, while the installation runs."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from engagement.config.operation.backup import BackupRefused, create_backup
from engagement.config.operation.postgres_tools import ToolFailed


class Command(BaseCommand):
    help = "Back up database, files and keys while the installation runs, and verify the backup by a restore."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--into", type=Path, default=settings.VAR / "backups", help="folder for the backup")
        parser.add_argument("--no-verify", action="store_true", help="do not restore it into a throwaway database")
        parser.add_argument("--without-keys", action="store_true", help="leave the keys out: keep them elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            place = create_backup(
                into=options["into"],
                now=timezone.now(),
                verify=not options["no_verify"],
                with_keys=not options["without_keys"],
                say=self.stdout.write,
            )
        except (BackupRefused, ToolFailed, OSError) as error:
            raise CommandError(str(error)) from error
        verified = "" if options["no_verify"] else " It was restored into a throwaway database, and is the same."
        self.stdout.write(f"The backup is in {place}.{verified} Copy it to another place.")
