"""The community's staff pages. Its public pages guard themselves and are tested in tests/community."""

from tests.permissions.roles import Row, both, get, patch, post

MODERATING = frozenset({"moderator"})
ANSWERING = frozenset({"agent", "moderator"})
SEEING_SPACES = frozenset({"agent", "counselor", "moderator"})

SEEING_MEMBERS = SEEING_SPACES | {"merchant"}

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
    "v1:space-list": get(SEEING_SPACES) | post(MODERATING),
    "v1:space-detail": get(SEEING_SPACES) | patch(MODERATING),
    "v1:community-member-list": get(SEEING_MEMBERS),
    "v1:community-member-detail": get(SEEING_MEMBERS),
    "v1:topic-list": get(SEEING_SPACES) | post(MODERATING),
    "v1:topic-detail": get(SEEING_SPACES),
    "v1:topic-close": post(MODERATING),
    "v1:topic-reopen": post(MODERATING),
    "v1:topic-idea": post(MODERATING),
    "v1:topic-posts": get(SEEING_SPACES) | post(ANSWERING),
    "v1:post-detail": get(SEEING_SPACES),
    "v1:review-list": get(MODERATING),
    "v1:review-detail": get(MODERATING),
    "v1:review-approve": post(MODERATING),
    "v1:review-hide": post(MODERATING),
    "v1:review-remove-links": post(MODERATING),
    "v1:review-verdict": post(MODERATING),
}
