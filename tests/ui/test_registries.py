"""Rooms, commands, shortcuts and home sections: what apps register and what each person sees of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from engagement.ui import commands, home, rooms, shortcuts
from engagement.ui.forms import KeysForm

pytestmark = pytest.mark.urls("engagement.ui.urls")
NOW = datetime(2026, 11, 23, 13, 52, tzinfo=UTC)


@dataclass
class Person:
    permissions: set[str] = field(default_factory=set)

    def has_perm(self, permission: str) -> bool:
        return permission in self.permissions


@pytest.fixture(autouse=True)
def _own_registries(monkeypatch):
    monkeypatch.setattr(rooms, "_rooms", {})
    monkeypatch.setattr(commands, "_commands", {})
    monkeypatch.setattr(commands, "_account", {})
    monkeypatch.setattr(commands, "_sources", {})
    monkeypatch.setattr(shortcuts, "_shortcuts", {})
    monkeypatch.setattr(home, "_sections", [])


def test_a_person_sees_only_the_rooms_that_they_may_enter_in_order():
    rooms.register(rooms.Room("late", "Late", "clock", "ui:preferences", order=9))
    rooms.register(rooms.Room("secret", "Secret", "lock", "ui:components", permission="village.secret"))
    rooms.register(rooms.Room("home", "Home", "house", "home", order=0))
    assert [open_.room.name for open_ in rooms.rooms_for(user=Person(), path="/")] == ["home", "late"]
    everything = rooms.rooms_for(user=Person({"village.secret"}), path="/")
    assert [open_.room.name for open_ in everything] == ["home", "late", "secret"]


def test_the_current_room_has_the_longest_matching_address():
    rooms.register(rooms.Room("home", "Home", "house", "home"))
    rooms.register(rooms.Room("preferences", "Preferences", "pencil", "ui:preferences"))
    current = [
        open_.room.name for open_ in rooms.rooms_for(user=Person(), path="/preferences/keys/") if open_.is_current
    ]
    assert current == ["preferences"]
    assert [o.room.name for o in rooms.rooms_for(user=Person(), path="/") if o.is_current] == ["home"]
    assert [o.room.name for o in rooms.rooms_for(user=Person(), path="/elsewhere/") if o.is_current] == []


def test_counts_and_topics_are_asked_for_this_person():
    rooms.register(rooms.Room("home", "Home", "house", "home", count=lambda user: 4, topic=lambda user: "inbox:7"))
    assert [open_.count for open_ in rooms.rooms_for(user=Person(), path="/")] == [4]
    assert rooms.topics_for(user=Person()) == "inbox:7"


def test_a_second_room_of_one_name_is_refused():
    room = rooms.Room("home", "Home", "house", "home")
    rooms.register(room)
    rooms.register(room)
    with pytest.raises(rooms.RoomAlreadyRegistered):
        rooms.register(rooms.Room("home", "Other", "house", "home"))


def test_commands_without_permission_are_not_offered():
    commands.register(commands.Command("open", "Open", "inbox", "home"))
    commands.register(commands.Command("audit", "Audit", "shield-check", "home", permission="village.audit"))
    assert [entry.label for entry in commands.entries_for(user=Person())] == ["Open"]
    assert [entry.label for entry in commands.entries_for(user=Person({"village.audit"}))] == [
        "Audit",
        "Open",
    ]


def test_search_asks_allowed_sources_for_two_letters_or_more():
    asked = []
    commands.register_source(
        commands.Source(
            "people", "People", lambda user, text: asked.append(text) or [commands.Found("Ana", "/people/1/")]
        )
    )
    commands.register_source(commands.Source("secret", "Secret", lambda user, text: 1 / 0, permission="village.secret"))
    assert commands.search(user=Person(), text=" a ") == []
    assert commands.search(user=Person(), text=" an ") == [("People", [commands.Found("Ana", "/people/1/")])]
    assert asked == ["an"]


def test_two_shortcuts_cannot_have_one_key():
    shortcuts.register(shortcuts.Shortcut("reply", "r", "Reply", "Inbox"))
    with pytest.raises(shortcuts.ShortcutTaken):
        shortcuts.register(shortcuts.Shortcut("resolve", "r", "Resolve", "Inbox"))


def test_own_keys_take_the_place_of_the_defaults():
    shortcuts.register(
        shortcuts.Shortcut("reply", "r", "Reply", "Inbox"), shortcuts.Shortcut("note", "n", "Note", "Inbox")
    )
    assert shortcuts.keys(changed={"reply": "y"}) == {"note": "n", "reply": "y"}
    [(group, lines)] = shortcuts.sheet(changed={"reply": "y"})
    assert (group, [key for _shortcut, key in lines]) == ("Inbox", ["n", "y"])


def test_the_form_for_keys_refuses_doubles_and_keeps_only_changes():
    shortcuts.register(
        shortcuts.Shortcut("reply", "r", "Reply", "Inbox"), shortcuts.Shortcut("note", "n", "Note", "Inbox")
    )
    mine = shortcuts.keys(changed={})
    twice = KeysForm({"reply": "n", "note": "n"}, mine=mine)
    assert sorted(twice.errors) == ["note", "reply"]
    long = KeysForm({"reply": "rr", "note": "n"}, mine=mine)
    assert sorted(long.errors) == ["reply"]
    good = KeysForm({"reply": "y", "note": "n"}, mine=mine)
    assert good.is_valid()
    assert good.changed_keys() == {"reply": "y"}


class Roles:
    def __init__(self, *names: str) -> None:
        self.names = names

    def order_by(self, *_fields: str) -> "Roles":
        return self

    def values_list(self, *_fields: str, flat: bool) -> tuple[str, ...]:
        return self.names


def test_sections_of_all_roles_come_once_in_order():
    class Worker:
        groups = Roles("Agent", "Merchant")

    def waiting(user, now):
        return [home.Section("Waiting", "Nobody waits here", order=20)]

    home.register("Agent", waiting)
    home.register("Merchant", waiting)
    home.register(home.EVERYBODY, lambda user, now: [home.Section("News", "No news", order=10)])
    home.register("Counselor", lambda user, now: [home.Section("Review", "Nothing to review")])
    assert [section.title for section in home.sections_for(user=Worker(), now=NOW)] == ["News", "Waiting"]
