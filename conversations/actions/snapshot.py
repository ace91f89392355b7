"""What a change did to a conversation, kept with its event so that it can be undone."""

from datetime import datetime
from typing import Any

from conversations.models import Conversation

TIMES = ("snoozed_until", "resolved_at", "waiting_since", "next_due_at", "complaint_since")
_FIELDS = ("status", "assignee_id", "queue_id", "reopened_times", *TIMES)
State = dict[str, Any]


def state_of(conversation: Conversation) -> State:
    """Return what can be undone, as it is now."""
    return {name: getattr(conversation, name) for name in _FIELDS}


def difference(before: State, conversation: Conversation) -> dict[str, Any]:
    """Return the fact ``undo`` of an event: each changed field as it was before and is after, in JSON."""
    now = state_of(conversation)
    names = [name for name in _FIELDS if before[name] != now[name]]
    return {
        "undo": {
            "before": {name: _stored(before[name]) for name in names},
            "after": {name: _stored(now[name]) for name in names},
        }
    }


def _stored(value: Any) -> Any:
    if value is None or isinstance(value, int):
        return value
    return value.isoformat() if isinstance(value, datetime) else str(value)
