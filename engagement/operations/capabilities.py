"""Capabilities that this installation can prove: what each needs, and when it was last exercised.

A requirement names one; the pre-launch check of a campaign asks for the ones that its plan uses. What is proven, in
this order: planned (drawn on the blueprint), connected, healthy, exercised within thirty days.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagement.channels.models import ChannelTest
from engagement.operations.selectors.blueprint import Blueprint, Node
from engagement.ui.names import channel_look

EXERCISED_WITHIN = timedelta(days=30)
EMAIL, SMS, SMS_WITH_EMAIL_FALLBACK = "email", "sms", "sms-with-email-fallback"
COMMUNITY, CAMPAIGNS, INBOX, CONTENT = "community", "campaigns", "inbox", "content"


@dataclass(frozen=True, slots=True)
class Capability:
    """Something that the organization can do. ``channel_kinds``: channels of which it needs one each; ``sources``:
    keys of other live things that it needs.
    """

    name: str
    label: Any
    channel_kinds: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the proof: whether it holds, what was found, and the component that it is about."""

    name: str
    label: str
    is_met: bool
    detail: str = ""
    node: Node | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found out about a capability. ``exercised_at``: when it was last used in earnest or tested."""

    capability: Capability
    steps: Sequence[Step]
    exercised_at: datetime | None

    @property
    def is_met(self) -> bool:
        """Whether every step holds."""
        return all(step.is_met for step in self.steps)

    @property
    def missing(self) -> Step | None:
        """The first step that does not hold."""
        return next((step for step in self.steps if not step.is_met), None)


CAPABILITIES = {
    capability.name: capability
    for capability in (
        Capability(EMAIL, gettext_lazy("Email"), ("email",)),
        Capability(SMS, gettext_lazy("SMS"), ("sms",)),
        Capability(SMS_WITH_EMAIL_FALLBACK, gettext_lazy("SMS with email fallback"), ("sms", "email")),
        Capability(INBOX, gettext_lazy("Inbox with queues"), sources=("app:inbox",)),
        Capability(CAMPAIGNS, gettext_lazy("Campaigns"), sources=("app:campaigns",)),
        Capability(COMMUNITY, gettext_lazy("Community"), sources=("app:community",)),
        Capability(CONTENT, gettext_lazy("Approved templates"), sources=("app:content",)),
    )
}
LastExercise = Callable[[datetime], datetime | None]
_exercises: dict[str, LastExercise] = {}


def register_exercise(name: str, last_exercise: LastExercise) -> None:
    """Say when a capability was last used in earnest; called in ``apps.py``."""
    _exercises[name] = last_exercise


def prove(*, capability: Capability, blueprint: Blueprint, now: datetime) -> Proof:
    """Find out whether a capability is planned, connected, healthy and exercised. At most two queries."""
    chosen: list[Node] = []
    steps: list[Step] = []
    for kind in capability.channel_kinds:
        node = _best(node for node in blueprint.nodes if node.source and node.source.channel_kind == kind)
        steps += _steps_of(node, channel_look(kind).label)
        chosen += [node] if node else []
    for key in capability.sources:
        node = _best(node for node in blueprint.nodes if node.source and node.source.key == key)
        steps += _steps_of(node, capability.label)
        chosen += [node] if node else []
    exercised_at = _last_exercise(capability, chosen, now) if capability.channel_kinds else None
    if capability.channel_kinds:
        steps.append(_exercise_step(exercised_at, now, chosen))
    return Proof(capability, steps, exercised_at)


_RANK = {"healthy": 0, "idle": 1, "failing": 2, "undocumented": 3, "planned": 4}


def _best(nodes: Iterable[Node]) -> Node | None:
    """Of several channels of a kind the one that is drawn and works."""
    return min(nodes, key=lambda node: (_RANK.get(node.state, 5), node.name), default=None)


def _steps_of(node: Node | None, label: Any) -> list[Step]:
    """Whether one of the things that it needs is drawn, connected and healthy."""
    names = {"component": node.name if node else str(label)}
    if node is None or node.source is None:
        return [Step("connected", _("%(component)s: connected") % names, False, _("It is not connected."))]
    is_drawn = node.component is not None
    drawn = "" if is_drawn else _("It is not on the blueprint.")
    is_healthy = node.source.state == "healthy"
    return [
        Step("planned", _("%(component)s: on the blueprint") % names, is_drawn, drawn, node),
        Step("connected", _("%(component)s: connected") % names, True, "", node),
        Step("healthy", _("%(component)s: healthy") % names, is_healthy, str(node.source.problem), node),
    ]


def _exercise_step(exercised_at: datetime | None, now: datetime, nodes: Sequence[Node]) -> Step:
    is_met = exercised_at is not None and exercised_at > now - EXERCISED_WITHIN
    if exercised_at is None:
        detail = _("It was never used or tested.")
    else:
        detail = _("Last on %(day)s.") % {"day": formats.date_format(timezone.localtime(exercised_at), "DATE_FORMAT")}
    return Step("exercised", _("Exercised within 30 days"), is_met, detail, nodes[0] if nodes else None)


def _last_exercise(capability: Capability, nodes: Sequence[Node], now: datetime) -> datetime | None:
    """When it was last used in earnest, or when the last of its channels passed a test."""
    moments = [_exercises[capability.name](now)] if capability.name in _exercises else []
    if len(nodes) == len(capability.channel_kinds):
        moments.append(_all_tested_at(nodes))
        if len(nodes) == 1 and nodes[0].source is not None:
            moments.append(nodes[0].source.last_at)
    return max((moment for moment in moments if moment is not None), default=None)


def _all_tested_at(nodes: Sequence[Node]) -> datetime | None:
    """Since when each of these channels has passed a test; None while one has not."""
    ids = [UUID(node.source.key.removeprefix("channel:")) for node in nodes if node.source is not None]
    passed = ChannelTest.objects.filter(channel__in=ids, status=ChannelTest.Status.PASSED).order_by()
    found = dict(passed.values_list("channel").annotate(last=Max("finished_at")))
    return min(found.values()) if len(found) == len(ids) and ids else None
