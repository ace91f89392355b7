"""People, what they agreed to, deals, suppressions."""

from tests.permissions.roles import Row, both, get, post

SEEING = frozenset({"agent", "merchant", "counselor"})
ANSWERING = frozenset({"agent"})
SELLING = frozenset({"merchant"})
JUDGING = frozenset({"counselor"})
WRITING_CONSENT = frozenset({"agent", "counselor"})

ROWS: dict[str, Row] = {
    "profiles:people": get(SEEING),
    "profiles:profile": get(SEEING),
    "profiles:timeline": get(SEEING),
    "profiles:timeline-counts": get(SEEING),
    "profiles:facts": both(ANSWERING),
    "profiles:uncovered": post(WRITING_CONSENT),
    "profiles:consents": get(SEEING) | post(WRITING_CONSENT),
    "profiles:deals": get(SEEING),
    "profiles:new-deal": both(SELLING),
    "profiles:deal": get(SEEING) | post(SELLING),
    "profiles:hold": post(SELLING),
    "profiles:release": post(SELLING),
    "profiles:outcome": post(SELLING),
    "profiles:suppressions": both(JUDGING),
    "profiles:lifting": post(JUDGING),
}
