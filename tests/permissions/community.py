"""The community's staff pages. Its public pages guard themselves and are tested in tests/community."""

from tests.permissions.roles import Row, both, get, post

MODERATING = frozenset({"moderator"})
ANSWERING = frozenset({"agent", "moderator"})
SEEING_SPACES = frozenset({"agent", "counselor", "moderator"})

ROWS: dict[str, Row] = {
    "community:desk": get(MODERATING),
    "community:review": get(MODERATING),
    "community:approval": post(MODERATING),
    "community:removal": post(MODERATING),
    "community:link-removal": post(MODERATING),
    "community:silence": post(MODERATING),
    "community:appeal-decision": post(MODERATING),
    "community:pick": post(MODERATING),
    "community:escalation": post(MODERATING),
    "community:closure": post(MODERATING),
    "community:idea": post(MODERATING),
    "community:remarks": post(ANSWERING),
    "community:staff-answers": post(ANSWERING),
    "community:spaces": get(SEEING_SPACES),
    "community:new-space": both(MODERATING),
    "community:edit-space": both(MODERATING),
}
