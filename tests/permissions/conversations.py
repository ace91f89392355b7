"""The inbox."""

from tests.permissions.roles import Row, both, delete, get, post, put

ANSWERING = frozenset({"agent", "merchant"})
MENDING = frozenset({"agent", "master-builder"})
ARRANGING = frozenset({"architect", "administrator"})
READING_SOURCES = frozenset({"agent"})

ROWS: dict[str, Row] = {
    "conversations:inbox": get(ANSWERING),
    "conversations:views": get(ANSWERING),
    "conversations:list": get(ANSWERING),
    "conversations:thread": get(ANSWERING),
    "conversations:conversation": get(ANSWERING),
    "conversations:closure": post(ANSWERING) | delete(ANSWERING),
    "conversations:complaint": post(ANSWERING) | delete(ANSWERING),
    "conversations:waiting": post(ANSWERING),
    "conversations:snooze": post(ANSWERING) | delete(ANSWERING),
    "conversations:assignment": post(ANSWERING),
    "conversations:queue": post(ANSWERING),
    "conversations:split": post(ANSWERING),
    "conversations:menu": get(ANSWERING),
    "conversations:replies": post(ANSWERING),
    "conversations:reply": post(ANSWERING) | delete(ANSWERING),
    "conversations:notes": post(ANSWERING),
    "conversations:drafts": post(ANSWERING),
    "conversations:draft": post(ANSWERING) | put(ANSWERING) | delete(ANSWERING),
    "conversations:read": post(ANSWERING),
    "conversations:html": get(ANSWERING),
    "conversations:upload": post(ANSWERING),
    "conversations:attachment": get(ANSWERING),
    "conversations:attention": get(MENDING),
    "conversations:send-again": post(ANSWERING),
    "conversations:settle-send": post(ANSWERING),
    "conversations:raw": get(MENDING),
    "conversations:raw-source": get(READING_SOURCES),
    "conversations:replay": post(MENDING),
    "conversations:settle-raw": post(MENDING),
    "conversations:put-into-inbox": post(MENDING),
    "conversations:attention-bulk": post(MENDING),
    "conversations:attention-undo": post(MENDING),
    "conversations:wish": post(READING_SOURCES),
    "conversations:undo": post(ANSWERING),
    "conversations:customer": post(ANSWERING) | delete(ANSWERING),
    "conversations:original-sender": post(ANSWERING),
    "conversations:original": get(READING_SOURCES),
    "conversations:original-source": get(READING_SOURCES),
}
ROWS |= {
    "conversations:queues": get(ARRANGING),
    "conversations:new-queue": both(ARRANGING),
    "conversations:labels": both(ARRANGING),
    "conversations:label": both(ARRANGING),
    "conversations:conversation-labels": post(ANSWERING),
    "conversations:queue-desk": both(ARRANGING),
    "conversations:queue-workers": post(ARRANGING) | delete(ARRANGING),
    "conversations:person": both(ANSWERING),
    "conversations:handoff": both(ANSWERING),
    "conversations:tasks": both(ANSWERING),
    "conversations:coordination": post(ANSWERING),
    "conversations:open-now": get(ANSWERING),
}
