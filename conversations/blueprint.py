"""The inbox on the blueprint."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from conversations.models import Queue
from engagement.operations.blueprint_sources import LiveSource, register_sources
from engagement.operations.models import Layer


def register() -> None:
    """Called once, when the app is ready."""
    register_sources(find_inbox)


def find_inbox(now: datetime) -> Iterator[LiveSource]:
    """The inbox; without a queue nobody works in it."""
    count = Queue.objects.count()
    yield LiveSource(
        key="app:inbox",
        name=_("Inbox"),
        layer=Layer.ENGAGEMENT,
        detail=ngettext_lazy("%d queue", "%d queues", count) % count,
        state="healthy" if count else "idle",
        problem="" if count else _("It has no queue."),
        url=reverse("conversations:inbox"),
    )
