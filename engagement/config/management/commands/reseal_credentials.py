"""``manage.py reseal_credentials``: write every sealed value with the newest key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engagement.config.operation.sealed_values import reseal


class Command(BaseCommand):
    help = "After a new key was put in front of FIELD_ENCRYPTION_KEYS: seal every value with it. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        done = reseal()
        self.stdout.write(f"{done.written} values sealed anew, {done.current} were of the newest key already.")
        if done.closed:
            raise CommandError(
                f"{len(done.closed)} values open with no key and were left: {', '.join(done.closed[:20])}. "
                "Put the missing key back into FIELD_ENCRYPTION_KEYS and run this again, or enter those passwords anew."
            )
        self.stdout.write("The older keys are no longer needed: remove them from FIELD_ENCRYPTION_KEYS.")
