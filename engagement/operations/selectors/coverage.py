"""Which requirements are met, failing, planned or a gap, each with its proof and with whom to ask."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.db.models import QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from engagement.operations.capabilities import CAPABILITIES, Proof, prove
from engagement.operations.models import Component, Requirement, RequirementWaiver
from engagement.operations.selectors.blueprint import Blueprint, Node, read_blueprint
from engagement.village.models import User

State = Literal["met", "failing", "planned", "gap"]
_ORDER = {"gap": 0, "failing": 1, "planned": 2, "met": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """A requirement as it stands. ``reason`` says why it is so; ``missing`` the component it hangs on; ``ask`` whom to
    ask: who owns that component, else who owns the requirement. ``waiver``: campaigns may launch all the same.
    """

    requirement: Requirement
    state: State
    reason: str
    nodes: Sequence[Node]
    missing: Node | None
    ask: User | None
    proof: Proof | None
    waiver: RequirementWaiver | None

    @property
    def is_met(self) -> bool:
        """Whether everything that it needs is there and works."""
        return self.state == "met"

    @property
    def shown_state(self) -> str:
        """The state for the badge: a waiver is shown while the requirement is not met."""
        return "waived" if self.waiver is not None and not self.is_met else self.state


def coverage_of(
    *, requirements: QuerySet[Requirement], now: datetime, blueprint: Blueprint | None = None
) -> list[Coverage]:
    """Return each requirement as it stands: gaps first, then by priority. A fixed number of queries."""
    drawn = blueprint or read_blueprint(now=now)
    rows = list(requirements.select_related("owner", "department", "author").prefetch_related("components"))
    waivers = {
        waiver.requirement_id: waiver
        for waiver in RequirementWaiver.objects.in_force(now)
        .filter(requirement__in=[row.pk for row in rows])
        .select_related("person")
    }
    names = {row.capability for row in rows if row.capability in CAPABILITIES}
    proofs = {name: prove(capability=CAPABILITIES[name], blueprint=drawn, now=now) for name in sorted(names)}
    found = [_coverage(row, drawn, proofs.get(row.capability), waivers.get(row.pk)) for row in rows]
    priorities = list(Requirement.Priority.values)
    return sorted(found, key=lambda one: (_ORDER[one.state], priorities.index(one.requirement.priority)))


def _coverage(
    requirement: Requirement, blueprint: Blueprint, proof: Proof | None, waiver: RequirementWaiver | None
) -> Coverage:
    components: Iterable[Component] = requirement.components.all()
    nodes = [blueprint.by_id[str(one.pk)] for one in components if str(one.pk) in blueprint.by_id]
    state, reason, missing = _judge(nodes, proof)
    owner = missing.component.owner if missing is not None and missing.component is not None else None
    return Coverage(
        requirement=requirement,
        state=state,
        reason=reason,
        nodes=nodes,
        missing=missing,
        ask=owner or requirement.owner,
        proof=proof,
        waiver=waiver,
    )


def _judge(nodes: Sequence[Node], proof: Proof | None) -> tuple[State, str, Node | None]:
    """What is missing counts before what fails, what fails before what is planned."""
    if not nodes and proof is None:
        return "gap", _("No component covers it."), None
    for node in nodes:
        if node.state == "failing":
            return "failing", _named(node), node
        if node.state == "retired":
            return "gap", _("%(component)s is retired.") % {"component": node.name}, node
    planned = [node for node in nodes if node.state == "planned"]
    if planned:
        return "planned", _planned(planned), planned[0]
    step = proof.missing if proof is not None else None
    if step is not None:
        reason = f"{step.label}: {step.detail}" if step.detail else step.label
        return ("gap" if step.name in ("planned", "connected") else "failing"), reason, step.node
    if proof is not None and proof.exercised_at is not None:
        day = formats.date_format(timezone.localtime(proof.exercised_at), "SHORT_DATE_FORMAT")
        return "met", _("exercised on %(day)s") % {"day": day}, None
    return "met", "", None


def _named(node: Node) -> str:
    if not node.problem:
        return _("%(component)s does not work.") % {"component": node.name}
    return _("%(component)s: %(problem)s") % {"component": node.name, "problem": node.problem}


def _planned(nodes: Sequence[Node]) -> str:
    days: list[date] = [node.component.planned_for for node in nodes if node.component and node.component.planned_for]
    if not days:
        return _("%(component)s is planned, without a date.") % {"component": nodes[0].name}
    return _("planned for %(day)s") % {"day": formats.date_format(max(days), "SHORT_DATE_FORMAT")}


def unmet_for(*, capabilities: Iterable[str], now: datetime) -> list[Coverage]:
    """Return the requirements that name one of these capabilities and are not met, waived ones too."""
    names = set(capabilities)
    rows = Requirement.objects.current().filter(capability__in=names)
    if not rows.exists():
        return []
    return [one for one in coverage_of(requirements=rows, now=now) if not one.is_met]
