"""What texts hold of a person: tests that were filled as for them."""

from django.utils.translation import gettext_lazy as _

from content.models import TestSend
from engagement.profiles.rights.holdings import Holding, gone, register

HOLDINGS = (
    Holding(
        name="content.test_sends",
        label=_("Test messages that were filled as for you"),
        model=TestSend,
        find=lambda subject: TestSend.objects.filter(reader__in=subject.names).order_by("key"),
        erase=gone,
        why="Not in the export: a trial of a text that went to colleagues, and never to the person.",
    ),
)


def register_holdings() -> None:
    """Called once, when the app is ready."""
    register(*HOLDINGS)
