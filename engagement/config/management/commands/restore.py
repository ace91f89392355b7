"""``manage.py restore FOLDER``: bring a backup back."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from engagement.config.operation.backup import BackupRefused, restore_backup, sealed_report
from engagement.config.operation.postgres_tools import ToolFailed


class Command(BaseCommand):
    help = "Restore a backup into an empty database and file storage, then bring the schema up to date."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("place", type=Path, help="folder of the backup")
        parser.add_argument("--force", action="store_true", help="replace the data that is here")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = restore_backup(place=options["place"], force=options["force"], say=self.stdout.write)
        except (BackupRefused, ToolFailed, OSError) as error:
            raise CommandError(str(error)) from error
        call_command("migrate", interactive=False, verbosity=0)
        rows = sum(manifest["tables"].values())
        self.stdout.write(f"{rows} rows and {manifest['files']['count']} files are back. {sealed_report()}")
