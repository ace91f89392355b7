"""A kind of subject that only tests approve: its content is whatever a test says it is."""

from uuid import UUID

from collaboration.approvals import kinds
from collaboration.approvals.kinds import Described, Rule, Step, SubjectKind

STATE = {"rules": [], "hash": {}, "decided": []}
HASH, OTHER = "a" * 64, "b" * 64


def describe(ids) -> dict[UUID, Described]:
    """Name every subject."""
    return {key: Described(title="Spring offer", icon="mail", summary="new text", channel="email") for key in ids}


def rule(code: str = "claim", state: str = "stop") -> Rule:
    """A rule that a text touches."""
    return Rule(code=code, title="Claim without proof", state=state, text="Attach a source.")


def _rules(request):
    return STATE["rules"]


def _hash(subject_id):
    return STATE["hash"].get(subject_id, HASH)


def _decided(request, now):
    STATE["decided"].append((request.pk, request.state))


KIND = SubjectKind(
    kind="tests.text",
    label="Text",
    describe=describe,
    rules=_rules,
    current_hash=_hash,
    on_decided=_decided,
    valid_days=30,
)
TWO_STEPS = SubjectKind(
    kind="tests.two_steps",
    label="Text",
    describe=describe,
    steps=(Step(quorum=2, hours=8), Step(permission="village.view_auditentry", hours=4)),
)


def provide() -> None:
    """Register both kinds and forget what earlier tests left."""
    kinds.register(KIND)
    kinds.register(TWO_STEPS)
    STATE.update(rules=[], hash={}, decided=[])
