"""Campaigns."""

from tests.permissions.roles import Row, delete, get, post

MARKETERS = frozenset({"visionary", "troubadour"})
READERS = MARKETERS | {"benefactor", "counselor"}
OF_PEOPLE = MARKETERS | {"counselor"}
OF_ONE = OF_PEOPLE | {"merchant", "agent"}

ROWS: dict[str, Row] = {
    "campaigns:campaigns": get(READERS),
    "campaigns:campaign": get(READERS),
    "campaigns:launch": post(MARKETERS),
    "campaigns:pause": post(MARKETERS) | delete(MARKETERS),
    "campaigns:end": post(MARKETERS),
    "campaigns:people": get(OF_PEOPLE),
    "campaigns:export": get(OF_PEOPLE),
    "campaigns:recipient": get(OF_ONE),
}
