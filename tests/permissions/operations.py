"""The operating model."""

from tests.permissions.roles import EVERYBODY, Row, both, get, post

READING = frozenset(
    {
        "benefactor",
        "architect",
        "master-builder",
        "visionary",
        "troubadour",
        "counselor",
        "shepherd",
        "moderator",
        "administrator",
    }
)
WAIVING = frozenset({"benefactor", "architect"})
VALUING = frozenset({"master-builder", "visionary"})
SIGNING = frozenset({"benefactor"})
AIMING = frozenset({"architect"})

ROWS: dict[str, Row] = {
    "operations:model": get(READING),
    "operations:count": post(READING),
    "operations:claims": both(READING),
    "operations:item": get(READING),
    "operations:rows": get(READING),
    "operations:ask": post(READING),
    "operations:ask-about": post(EVERYBODY),
    "operations:target": post(AIMING),
    "operations:waiver": post(WAIVING),
    "operations:waiver-end": post(WAIVING),
    "operations:value-new": both(VALUING),
    "operations:value-correction": both(VALUING),
    "operations:value": get(READING),
    "operations:value-signature": post(SIGNING),
    "operations:area": get(READING),
    "operations:owner": post(AIMING),
}
