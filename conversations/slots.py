"""What the conversations put on others' pages: the room in the band, keys, panels of a profile, results of a search."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations import figures as profile_figures
from conversations import said
from conversations import timeline as moments
from conversations.selectors import counts, inbox_list, profile_panel
from conversations.selectors.ways import newest_open
from engagement.profiles import doors, figures, panels, timeline
from engagement.profiles.search import sources
from engagement.ui import commands, rooms, shortcuts
from engagement.village import action_names

READ = "conversations.view_conversation"
CHANGE = "conversations.change_conversation"
FOUND = 6


def register() -> None:
    """Called once, when the app is ready."""
    rooms.register(
        rooms.Room("inbox", _("Inbox"), "inbox", "conversations:inbox", READ, order=10, count=_mine, topic=_topic)
    )
    rooms.register(rooms.Room("queues", _("Queues"), "list", "conversations:queues", "conversations.change_queue", 805))
    rooms.register(rooms.Room("labels", _("Labels"), "tag", "conversations:labels", "conversations.change_queue", 806))
    action_names.register({"queue.made": _("Made a queue"), "queue.changed": _("Changed a queue")})
    action_names.register({"label.created": _("Created a label"), "label.changed": _("Changed a label")})
    inbox = _("Inbox")
    shortcuts.register(
        shortcuts.Shortcut("next", "j", _("Next conversation"), inbox, order=10),
        shortcuts.Shortcut("previous", "k", _("Previous conversation"), inbox, order=11),
        shortcuts.Shortcut("open", "o", _("Open the conversation"), inbox, order=12),
        shortcuts.Shortcut("reply", "r", _("Answer"), inbox, order=20),
        shortcuts.Shortcut("note", "n", _("Write a note"), inbox, order=21),
        shortcuts.Shortcut("resolve", "e", _("Resolve, or open again"), inbox, order=30),
        shortcuts.Shortcut("assign", "a", _("Give to somebody"), inbox, order=31),
        shortcuts.Shortcut("label", "l", _("Add or remove labels"), inbox, order=32),
        shortcuts.Shortcut("snooze", "s", _("Snooze"), inbox, order=32),
        shortcuts.Shortcut("handover", "h", _("Hand over"), inbox, order=34),
        shortcuts.Shortcut("task", "t", _("Make a task"), inbox, order=35),
        shortcuts.Shortcut("more", "m", _("More actions"), inbox, order=33),
    )
    timeline.register(moments.SOURCE)
    figures.register(profile_figures.COUNTER)
    panels.register(
        panels.Panel(
            "conversations",
            _("Conversations"),
            "conversations/panel.html",
            profile_panel.conversations,
            READ,
            place="side",
            order=10,
        )
    )
    panels.register(
        panels.Panel(
            "departments",
            _("Who dealt with them"),
            "conversations/panel_people.html",
            profile_panel.departments,
            READ,
            place="side",
        )
    )
    doors.register(doors.Frame("conversations", _doors, READ, order=20))
    sources.register(said.SOURCE)
    commands.register_source(commands.Source("conversations", _("Conversations"), _found, READ, order=20))


def _mine(user: Any) -> int:
    """What waits for this person: the number on the band."""
    return counts.mine(user)


def _topic(user: Any) -> str:
    return f"user:{user.pk}"


def _doors(asked: doors.Asked) -> Sequence[doors.Door]:
    """Their newest open conversation, handing it over, and writing to them first, as far as the reader may."""
    reader, found = asked.reader, []
    open_one = newest_open(family=asked.family, user=reader)
    may_write = reader.has_perm(CHANGE)
    if open_one is not None:
        url = reverse("conversations:conversation", args=[open_one.pk])
        found.append(doors.Door(_("Open conversation"), url, "inbox"))
        if may_write and reader.has_perm("collaboration.add_handoff"):
            url = reverse("conversations:handoff", args=[open_one.pk])
            found.append(doors.Door(_("Hand over"), url, "handshake"))
    if may_write:
        url = reverse("conversations:person", args=[asked.family[0]])
        found.append(doors.Door(_("Write to them"), url, "send", is_first=True))
    return found


def _found(user: Any, text: str) -> Iterator[commands.Found]:
    """What the inbox's own search finds first, for the palette."""
    page = inbox_list.page(user=user, view="all", search=text, now=timezone.now())
    for row in page.rows[:FOUND]:
        url = reverse("conversations:conversation", args=[row.key])
        yield commands.Found(f"{row.name}: {row.title}" if row.title else row.name, url, "mail")
