"""Mark the phone numbers that no network can dial, and say how many there are."""

from typing import Any

from django.core.management.base import BaseCommand

from engagement.profiles.identities.dialable import mark_undialable_numbers


class Command(BaseCommand):
    """Numbers stay as they were written; the profile shows the mark, and campaigns leave them out."""

    help = "Mark stored phone numbers that no network can dial. They are not changed."

    def handle(self, *args: Any, **options: Any) -> None:
        """Mark them."""
        self.stdout.write(f"{mark_undialable_numbers()} phone numbers cannot be dialed.")
