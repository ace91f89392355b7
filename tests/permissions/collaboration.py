"""Work, reviews, notifications."""

from tests.permissions.roles import EVERYBODY, ROLES, Row, both, delete, get, patch, post

HANDING_OVER = frozenset({"agent", "merchant"})
REVIEWING = frozenset({"counselor"})
ASKING = REVIEWING | {"troubadour", "visionary"}

ROWS: dict[str, Row] = {
    "collaboration:work": get(ROLES),
    "collaboration:tasks": post(ROLES),
    "collaboration:task": get(ROLES),
    "collaboration:task-completion": post(ROLES) | delete(ROLES),
    "collaboration:task-cancellation": post(ROLES),
    "collaboration:task-assignment": post(ROLES),
    "collaboration:task-due": post(ROLES),
    "collaboration:notes": both(HANDING_OVER),
    "collaboration:handoff": get(HANDING_OVER),
    "collaboration:handoff-acceptance": post(HANDING_OVER),
    "collaboration:handoff-refusal": post(HANDING_OVER),
    "collaboration:handoff-withdrawal": post(HANDING_OVER),
    "collaboration:reviews": get(ASKING),
    "collaboration:review": get(ASKING),
    "collaboration:review-decisions": post(REVIEWING),
    "collaboration:review-revocation": post(REVIEWING),
    "collaboration:review-waivers": post(REVIEWING),
    "collaboration:review-comments": post(ASKING),
    "collaboration:review-withdrawal": post(ASKING),
    "collaboration:notifications": get(EVERYBODY),
    "collaboration:notification": get(EVERYBODY),
    "collaboration:notifications-seen": post(EVERYBODY),
    "collaboration:preferences": both(EVERYBODY),
    "v1:approval-list": get(ASKING),
    "v1:approval-detail": get(ASKING),
    "v1:approval-approve": post(REVIEWING),
    "v1:approval-refuse": post(REVIEWING),
    "v1:approval-revoke": post(REVIEWING),
    "v1:task-list": both(ROLES),
    "v1:task-detail": get(ROLES) | patch(ROLES),
    "v1:task-complete": post(ROLES),
    "v1:task-cancel": post(ROLES),
    "v1:task-reopen": post(ROLES),
    "v1:member-list": get(ROLES),
    "v1:handoff-accept": post(HANDING_OVER),
    "v1:handoff-decline": post(HANDING_OVER),
    "v1:handoff-withdraw": post(HANDING_OVER),
    "v1:handoff-list": get(HANDING_OVER),
    "v1:handoff-detail": get(HANDING_OVER),
}
