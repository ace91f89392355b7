"""What the content puts on others' pages: the room in the band, commands and search of the palette, home sections."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from content import home
from content.models import Template
from engagement.ui import commands, rooms
from engagement.ui import home as homes

READ, WRITE = "content.view_template", "content.change_template"
FOUND = 6


def register() -> None:
    """Called once, when the app is ready."""
    rooms.register(rooms.Room("studio", _("Studio"), "feather", "content:studio", READ, order=40))
    commands.register(
        commands.Command(
            "new-text", _("Write a new text"), "plus", "content:new", "content.add_template", _("template")
        )
    )
    commands.register_source(commands.Source("texts", _("What we write"), _found, READ, order=40))
    homes.register("Troubadour", home.sections)


def _found(user: Any, text: str) -> Iterator[commands.Found]:
    """Texts by name, for the palette."""
    page = "content:template" if user.has_perm(WRITE) else "content:revisions"
    found = Template.objects.visible_to(user).in_use().filter(name__icontains=text[:200]).newest_first()[:FOUND]
    for template in found:
        icon = "mail" if template.is_email else "smartphone"
        yield commands.Found(template.name, reverse(page, args=[template.pk]), icon)
