"""Earlier invitations to the same appointment, so that a new one can say what changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from conversations.models import Message
from engagement.channels.inbound.calendar_text import compare_with_earlier

_TOLD_BY_OTHERS = ("counter", "accepted", "declined", "tentative", "delegated", "replied")


def compare_invitations(layout: dict[str, Any], conversation_id: UUID) -> dict[str, Any]:
    """Return ``layout`` with what each invitation in it changes. One query for each, and none without any."""
    sections = layout.get("sections") or []
    if not any(facts.get("kind") == "calendar" and facts.get("uid") for facts in sections):
        return layout
    return layout | {"sections": [_compared(facts, conversation_id) for facts in sections]}


def _compared(facts: dict[str, Any], conversation_id: UUID) -> dict[str, Any]:
    if facts.get("kind") != "calendar" or not facts.get("uid"):
        return facts
    return compare_with_earlier(facts, _find_earlier(facts, conversation_id))


def _find_earlier(facts: Mapping[str, Any], conversation_id: UUID) -> Mapping[str, Any] | None:
    wanted = {"kind": "calendar", "uid": facts["uid"]}
    rows = Message.objects.filter(conversation_id=conversation_id, detail__layout__sections__contains=[wanted])
    for sections in rows.order_by("-seq").values_list("detail__layout__sections", flat=True)[:20]:
        for earlier in sections:
            is_same = {name: earlier.get(name) for name in wanted} == wanted
            if (
                is_same
                and earlier.get("occurrence", "") == facts.get("occurrence", "")
                and earlier.get("change") not in _TOLD_BY_OTHERS
            ):
                return dict(earlier)
    return None
