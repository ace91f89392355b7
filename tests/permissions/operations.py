"""The operating model."""

from tests.permissions.roles import EVERYBODY, Row, both, get, patch, post

READING = frozenset(
    {
        "benefactor",
        "architect",
        "master-builder",
        "builder",
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
PLANNING = frozenset({"master-builder"})
WORKING_ITEMS = frozenset({"architect", "master-builder", "builder"})
APPROVING = frozenset({"benefactor"})
PLAN_API = READING

ADOPTING = frozenset({"benefactor", "architect", "visionary", "counselor", "shepherd", "administrator"})
LEADING = frozenset({"shepherd"})
DRAWING = frozenset({"architect"})
NEEDING = READING | {"merchant", "agent"}
REQUIRING = frozenset({"architect", "visionary"})
ASKING_FOR = frozenset({"visionary", "merchant", "shepherd", "agent", "moderator"})

ROWS: dict[str, Row] = {
    "operations:adoption": get(ADOPTING),
    "operations:adoption-count": post(ADOPTING),
    "operations:adoption-mine": get(EVERYBODY),
    "operations:adoption-department": get(ADOPTING),
    "operations:adoption-step": post(LEADING),
    "operations:adoption-champion": post(LEADING),
    "operations:adoption-ask": post(LEADING),
    "operations:announcements": get(ADOPTING),
    "operations:announcement-new": both(LEADING),
    "operations:announcement": get(EVERYBODY),
    "operations:announcement-edit": both(LEADING),
    "operations:announcement-withdrawal": post(LEADING),
    "operations:announcement-receipt": post(EVERYBODY),
    "operations:training-new": both(LEADING),
    "operations:training": get(EVERYBODY),
    "operations:training-edit": both(LEADING),
    "operations:training-archive": post(LEADING),
    "operations:training-completion": post(EVERYBODY),
    "operations:objections": get(ADOPTING),
    "operations:objection-new": both(LEADING),
    "operations:objection": get(ADOPTING),
    "operations:objection-answer": post(LEADING),
    "operations:objection-state": post(LEADING),
    "operations:wins": get(ADOPTING),
    "operations:win-new": both(LEADING),
    "operations:win-sharing": post(LEADING),
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
    "operations:plan": get(READING),
    "operations:milestone-new": both(PLANNING),
    "operations:milestone": get(READING),
    "operations:milestone-edit": both(PLANNING),
    "operations:milestone-approval": post(APPROVING),
    "operations:milestone-delivery": post(PLANNING),
    "operations:milestone-reopening": post(PLANNING),
    "operations:milestone-deletion": post(PLANNING),
    "operations:milestone-restoration": post(PLANNING),
    "operations:milestone-question": post(READING),
    "operations:milestone-comment": post(READING),
    "operations:milestone-change-decision": post(APPROVING),
    "operations:milestone-change-withdrawal": post(PLANNING),
    "operations:risk-new": both(PLANNING),
    "operations:risk-edit": both(PLANNING),
    "operations:risk-closure": post(PLANNING),
    "operations:risk-reopening": post(PLANNING),
    "operations:work-item-new": both(WORKING_ITEMS),
    "operations:work-item-import": both(WORKING_ITEMS),
    "operations:work-item": get(READING),
    "operations:work-item-edit": both(WORKING_ITEMS),
    "operations:work-item-move": post(WORKING_ITEMS),
    "operations:work-item-deletion": post(PLANNING),
    "operations:work-item-restoration": post(PLANNING),
    "operations:work-item-comment": post(READING),
    "operations:blueprint": get(READING),
    "operations:blueprint-reference": post(DRAWING),
    "operations:blueprint-sources": post(DRAWING),
    "operations:blueprint-mermaid": get(READING),
    "operations:blueprint-print": get(READING),
    "operations:blueprint-versions": post(DRAWING),
    "operations:blueprint-version": get(READING),
    "operations:component-new": both(DRAWING),
    "operations:component": get(READING),
    "operations:component-edit": both(READING),
    "operations:component-deletion": both(DRAWING),
    "operations:component-restoration": post(DRAWING),
    "operations:component-comments": post(READING),
    "operations:component-builders": post(DRAWING),
    "operations:link-new": both(DRAWING),
    "operations:link": both(READING),
    "operations:link-deletion": post(DRAWING),
    "operations:requirements": get(NEEDING),
    "operations:requirement-new": both(ASKING_FOR),
    "operations:requirement": get(NEEDING),
    "operations:requirement-edit": both(NEEDING),
    "operations:requirement-deletion": post(NEEDING),
    "operations:requirement-comments": post(READING),
    "operations:requirement-waiver": post(frozenset({"benefactor", "architect"})),
    "operations:requirement-ask": post(NEEDING),
    "v1:milestone-list": get(PLAN_API) | post(PLANNING),
    "v1:milestone-detail": get(PLAN_API) | patch(PLANNING),
    "v1:work-item-list": get(PLAN_API) | post(WORKING_ITEMS),
    "v1:work-item-detail": get(PLAN_API) | patch(WORKING_ITEMS),
    "v1:risk-list": get(PLAN_API) | post(PLANNING),
    "v1:risk-detail": get(PLAN_API) | patch(PLANNING),
}
