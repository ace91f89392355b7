"""``seed --conversations N``: a busier demo."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from conversations.models import Queue
from engagement.config.demo.crowd import add_conversations


class Command(BaseCommand):
    """Adds conversations to an organisation that has queues and channels already."""

    help = "Add believable conversations, so that the house looks as busy as yours."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare --conversations."""
        parser.add_argument("--conversations", type=int, default=500, metavar="N", help="how many (500)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Add them. Raises CommandError when there is no queue to put them into."""
        if options["conversations"] < 1:
            raise CommandError("--conversations: give a number from 1 on.")
        if not Queue.objects.filter(channels__isnull=False).exists():
            raise CommandError("There is no queue with a channel yet. Start once with “make run”, then seed.")
        entries = add_conversations(count=options["conversations"], now=timezone.now())
        self.stdout.write(f"Added {options['conversations']} conversations with {entries} entries.")
