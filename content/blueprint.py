"""The content studio on the blueprint."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from content.models import Template
from engagement.operations.blueprint_sources import LiveSource, register_sources
from engagement.operations.models import Layer


def register() -> None:
    """Called once, when the app is ready."""
    register_sources(find_studio)


def find_studio(now: datetime) -> Iterator[LiveSource]:
    """The studio with its templates."""
    count = Template.objects.count()
    yield LiveSource(
        key="app:content",
        name=_("Content studio"),
        layer=Layer.ENGAGEMENT,
        detail=ngettext_lazy("%d template", "%d templates", count) % count,
        state="healthy" if count else "idle",
        problem="" if count else _("It has no template."),
        url=reverse("content:studio"),
    )
