"""The community on the blueprint."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from community.models import Space
from engagement.operations.blueprint_sources import LiveSource, register_sources
from engagement.operations.models import Layer


def register() -> None:
    """Called once, when the app is ready."""
    register_sources(find_community)


def find_community(now: datetime) -> Iterator[LiveSource]:
    """The community; it is idle until it has a space."""
    count = Space.objects.count()
    yield LiveSource(
        key="app:community",
        name=_("Community"),
        layer=Layer.ENGAGEMENT,
        detail=ngettext_lazy("%d space", "%d spaces", count) % count,
        state="healthy" if count else "idle",
        problem="" if count else _("It has no space."),
        url=reverse("community:home"),
    )
