"""The studio."""

from tests.permissions.roles import Row, both, delete, get, post, put

READING = frozenset({"troubadour", "visionary", "counselor"})
WRITING = frozenset({"troubadour"})

ROWS: dict[str, Row] = {
    "content:studio": get(READING),
    "content:new": both(WRITING),
    "content:template": get(WRITING),
    "content:settings": both(WRITING),
    "content:archive": post(WRITING),
    "content:tests": both(WRITING),
    "content:drafts": post(WRITING),
    "content:draft": post(WRITING) | delete(WRITING),
    "content:checks": get(WRITING),
    "content:confirmation": post(WRITING),
    "content:draft-frame": get(WRITING),
    "content:saved": post(WRITING),
    "content:revisions": get(READING),
    "content:restoration": post(WRITING),
    "content:revision-frame": get(READING),
    "content:submission": both(WRITING) | delete(WRITING),
    "v1:template-list": get(READING) | post(WRITING),
    "v1:template-detail": get(READING),
    "v1:template-words": put(WRITING),
    "v1:template-revisions": get(READING) | post(WRITING),
    "v1:template-submissions": post(WRITING),
}
