"""``manage.py doctor``: try each part of the installation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engagement.config.operation.doctor import examine


class Command(BaseCommand):
    help = "Try each part of the installation, and say what to do where one fails. Exit code 1 when one does."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        for finding in examine():
            failed += not finding.is_ok
            state = self.style.SUCCESS("ok    ") if finding.is_ok else self.style.ERROR("failed")
            self.stdout.write(f"{state}  {finding.part}: {finding.detail}")
            if finding.advice:
                self.stdout.write(f"        {finding.advice}")
        if failed:
            raise CommandError(f"{failed} parts failed.")
        self.stdout.write("Everything works.")
