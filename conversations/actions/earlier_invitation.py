"""What an invitation, a change or a cancellation changes: the time that an earlier message of the channel gave."""

from collections.abc import Iterable, Mapping
from typing import Any

from conversations.models import Message, ThreadReference
from engagement.events.catalogue import MessageReceived

MAX_EARLIER_MESSAGES = 20
_TIMED = ("request", "moved", "updated", "event")
_KEPT = ("start", "end", "is_floating", "summary", "location")


def calendar_references(event: MessageReceived) -> list[str]:
    """Return the names under which the appointments of a message are found again (RFC 5545 3.8.4.7)."""
    return list(dict.fromkeys(_reference(facts["uid"]) for facts in _appointments(event.layout)))


def compare_with_earlier(event: MessageReceived) -> dict[str, Any]:
    """Return the layout of a message, its appointments with what an earlier message said of them.

    ``change`` of an invitation becomes ``moved`` or ``updated``; a cancellation names what is canceled. A message that
    is older than one that is here already (RFC 5546 2.1.4: its SEQUENCE is lower) is marked ``is_outdated``.
    """
    layout = event.layout
    if not any(True for _facts in _appointments(layout)):
        return layout
    sections = [
        facts | _compared(facts, event) if facts.get("kind") == "calendar" and facts.get("uid") else facts
        for facts in layout["sections"]
    ]
    return layout | {"sections": sections}


def _compared(facts: Mapping[str, Any], event: MessageReceived) -> dict[str, Any]:
    sequence, change = facts.get("sequence", 0), facts.get("change", "")
    known = [one for one in _known(facts["uid"], event) if one.get("occurrence", "") == facts.get("occurrence", "")]
    timed = [one for one in known if one.get("change") in _TIMED]
    if any(one.get("sequence", 0) > sequence for one in known) and change in (*_TIMED, "canceled"):
        return {"is_outdated": True}
    earlier: dict[str, Any] = next(
        ({name: one[name] for name in _KEPT if one.get(name)} for one in timed),
        {"start": facts["occurrence"]} if facts.get("occurrence") else {},
    )
    if not earlier:
        return {}
    if change not in ("request", "moved"):
        return {"earlier": earlier}
    is_moved = any(facts.get(name, "") != earlier.get(name, "") for name in ("start", "end") if earlier.get(name))
    if is_moved:
        return {"earlier": earlier, "change": "moved"}
    return {"earlier": earlier, "change": "updated"} if change == "moved" else {}


def _known(uid: str, event: MessageReceived) -> list[Mapping[str, Any]]:
    """What earlier messages of the channel say of an appointment: the highest SEQUENCE first, then the newest."""
    places = ThreadReference.objects.filter(channel_id=event.channel_id, reference=_reference(uid))
    named = Message.objects.filter(
        conversation__in=places.values("conversation"),
        kind=Message.Kind.RECEIVED,
        detail__layout__sections__contains=[{"kind": "calendar", "uid": uid}],
    )
    rows = named.order_by("-created_at", "-seq").values_list("detail__layout", flat=True)[:MAX_EARLIER_MESSAGES]
    found = [facts for layout in rows for facts in _appointments(layout) if facts["uid"] == uid]
    return sorted(found, key=lambda facts: -facts.get("sequence", 0))


def _appointments(layout: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    sections = layout.get("sections", ())
    return (facts for facts in sections if facts.get("kind") == "calendar" and facts.get("uid"))


def _reference(uid: str) -> str:
    return f"calendar:{uid}"
