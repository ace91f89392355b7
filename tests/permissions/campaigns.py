"""Campaigns."""

from tests.permissions.roles import Row, delete, get, patch, post

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
    "campaigns:approval": post(READERS),
    "campaigns:duplicate": post(MARKETERS),
    "v1:campaign-duplicate": post(MARKETERS),
    "v1:campaign-list": get(READERS) | post(MARKETERS),
    "v1:campaign-detail": get(READERS) | patch(MARKETERS),
    "v1:campaign-results": get(READERS),
    "v1:campaign-recipients": get(OF_PEOPLE),
    "v1:campaign-progress": get(READERS),
    "v1:campaign-preflight": get(READERS),
    "v1:campaign-launch": post(MARKETERS),
    "v1:campaign-pause": post(MARKETERS),
    "v1:campaign-resume": post(MARKETERS),
    "v1:campaign-stop": post(MARKETERS),
    "v1:segment-list": get(OF_PEOPLE) | post(MARKETERS),
    "v1:segment-detail": get(OF_PEOPLE) | patch(MARKETERS),
    "v1:segment-count": get(OF_PEOPLE),
    "v1:segment-members": get(OF_PEOPLE),
    "v1:segment-estimate": post(MARKETERS),
    "v1:segment-rule-fields": get(OF_PEOPLE),
}
