"""What an invitation, a change or a cancellation changes: the time that an earlier version of it gave.

Which version is the newer one is said by the organizer, not by the order in which messages arrive (RFC 5546 2.1.5).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from conversations.actions.entries import poke_conversation
from conversations.models import Message, ThreadReference
from engagement.events.catalogue import MessageReceived

MAX_OTHER_MESSAGES = 20
_TIMED = ("request", "moved", "updated", "event")
_VERSIONS = (*_TIMED, "canceled")  # what the organizer says; answers of others are no versions
_KEPT = ("start", "end", "is_floating", "summary", "location")

Facts = Mapping[str, Any]


def calendar_references(event: MessageReceived) -> list[str]:
    """Return the names under which the appointments of a message are found again (RFC 5545 3.8.4.7)."""
    return list(dict.fromkeys(_reference(facts["uid"]) for facts in _appointments(event.layout)))


def compare_with_earlier(event: MessageReceived) -> dict[str, Any]:
    """Return the layout of a message, its appointments with what other messages said of them.

    ``change`` of an invitation becomes ``moved`` or ``updated``; a cancellation names what is canceled. A version that
    is older than one that is here already is marked ``is_outdated``.
    """
    layout = event.layout
    if not any(True for _facts in _appointments(layout)):
        return layout
    sections = [
        facts | _compared(facts, _known(facts["uid"], event))
        if facts.get("kind") == "calendar" and facts.get("uid")
        else facts
        for facts in layout["sections"]
    ]
    return layout | {"sections": sections}


def compare_others(event: MessageReceived, message: Message) -> None:
    """Compare what came before with the appointments of the message that has just been stored.

    Older versions are marked ``is_superseded``; a newer one that came first says what it changed. Only what the same
    organizer says replaces a version.
    """
    for new in list(_appointments(event.layout)):
        if new.get("change") not in _VERSIONS:
            continue
        others = _messages(new["uid"], event).exclude(pk=message.pk).select_related("conversation")
        rows = list(others.select_for_update(of=("self",), no_key=True)[:MAX_OTHER_MESSAGES])
        known = [new, *(facts for row in rows for facts in _of_uid(row, new["uid"]))]
        for row in rows:
            sections = [_seen_again(facts, new, known) for facts in row.detail["layout"]["sections"]]
            if sections == row.detail["layout"]["sections"]:
                continue
            row.detail["layout"] |= {"sections": sections}
            row.save(update_fields=["detail"])
            poke_conversation(row.conversation)


def _seen_again(facts: dict[str, Any], new: Facts, known: list[Facts]) -> dict[str, Any]:
    """What is stored of a version, now that another one is here too."""
    if facts.get("kind") != "calendar" or facts.get("change") not in _VERSIONS or not _is_of_one(facts, new):
        return facts
    if _is_newer(new, facts):
        return facts if facts.get("is_outdated") else {**facts, "is_superseded": True}
    older = [one for one in known if _is_newer(facts, one)]
    return {**facts, **_compared(facts, older)} if _is_newer(facts, new) else facts


def _is_of_one(facts: Facts, other: Facts) -> bool:
    """Both are versions of one appointment by one organizer."""
    names = ("uid", "occurrence")
    return all(facts.get(name, "") == other.get(name, "") for name in names) and _organizer(facts) == _organizer(other)


def _may_be_of_one(facts: Facts, other: Facts) -> bool:
    """As ``_is_of_one``, but some programs name no organizer in a cancellation."""
    organizers = {_organizer(facts), _organizer(other)} - {""}
    return facts.get("occurrence", "") == other.get("occurrence", "") and len(organizers) < 2


def _organizer(facts: Facts) -> str:
    return str(facts.get("organizer", "")).rpartition("<")[2].rstrip(">").strip().lower()


def _is_newer(facts: Facts, than: Facts) -> bool:
    """By SEQUENCE; where that is the same by DTSTAMP, if both have one."""
    mine, others = facts.get("sequence", 0), than.get("sequence", 0)
    if mine != others:
        return bool(mine > others)
    return bool(facts.get("stamp") and than.get("stamp") and facts["stamp"] > than["stamp"])


def _compared(facts: Facts, others: Iterable[Facts]) -> dict[str, Any]:
    """What the other versions change in a version; the newest of them first."""
    change = facts.get("change", "")
    known = [one for one in others if _may_be_of_one(facts, one)]
    if change in _VERSIONS and any(_is_newer(one, facts) for one in known):
        return {"is_outdated": True}
    timed = sorted((one for one in known if one.get("change") in _TIMED), key=_order, reverse=True)
    earlier: dict[str, Any] = next(
        ({name: one[name] for name in _KEPT if one.get(name)} for one in timed),
        {"start": facts["occurrence"]} if facts.get("occurrence") else {},
    )
    if not earlier:
        return {}
    if change not in ("request", "moved", "updated"):
        return {"earlier": earlier}
    is_moved = any(facts.get(name, "") != earlier.get(name, "") for name in ("start", "end") if earlier.get(name))
    if is_moved:
        return {"earlier": earlier, "change": "moved"}
    return {"earlier": earlier, "change": "updated"} if change != "request" else {}


def _order(facts: Facts) -> tuple[int, str]:
    return facts.get("sequence", 0), facts.get("stamp", "")


def _known(uid: str, event: MessageReceived) -> list[Facts]:
    """What earlier messages of the channel say of an appointment, the newest message first."""
    rows = _messages(uid, event)[:MAX_OTHER_MESSAGES]
    return [facts for row in rows for facts in _of_uid(row, uid)]


def _messages(uid: str, event: MessageReceived) -> QuerySet[Message]:
    """The received messages of the channel that speak of an appointment, the newest first."""
    places = ThreadReference.objects.filter(channel_id=event.channel_id, reference=_reference(uid))
    named = Message.objects.filter(
        conversation__in=places.values("conversation"),
        kind=Message.Kind.RECEIVED,
        detail__layout__sections__contains=[{"kind": "calendar", "uid": uid}],
    )
    return named.order_by("-created_at", "-seq", "-key")


def _of_uid(message: Message, uid: str) -> list[Facts]:
    return [facts for facts in _appointments(message.detail["layout"]) if facts["uid"] == uid]


def _appointments(layout: Facts) -> Iterable[Facts]:
    sections = layout.get("sections", ())
    return (facts for facts in sections if facts.get("kind") == "calendar" and facts.get("uid"))


def _reference(uid: str) -> str:
    return f"calendar:{uid}"
