"""What the operating model itself knows of adoption: who was here, the steps of the onboarding, its metrics."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext_lazy as _

from engagement.operations import adoption_sources as sources
from engagement.operations import metrics
from engagement.operations.adoption_sources import Share, Step
from engagement.operations.metrics import Metric, Reading
from engagement.operations.models import AdoptionCount
from engagement.partitions import first_key
from engagement.village.models import AuditEntry, User

# Acts of somebody about whom we know no more than that they tried.
_NO_WORK = ("sign_in.failed", "sign_in.locked_out", "sign_in.refused", "password.link_sent")


def people_here(since: datetime, until: datetime) -> set[UUID]:
    """Who signed in, used a session or did something that the audit trail names, in a period. Three queries."""
    span = {"gte": since, "lt": until}
    signed_in = User.objects.filter(last_login__gte=span["gte"], last_login__lt=span["lt"])
    sessions = UserSession.objects.filter(last_seen_at__gte=span["gte"], last_seen_at__lt=span["lt"])
    acts = AuditEntry.objects.filter(
        key__gte=first_key(since), at__gte=span["gte"], at__lt=span["lt"], actor__isnull=False
    )
    found = set(signed_in.order_by().values_list("pk", flat=True))
    found |= set(sessions.order_by().values_list("user_id", flat=True).distinct())
    return found | set(acts.exclude(action__in=_NO_WORK).order_by().values_list("actor_id", flat=True).distinct())


def _read_live(now: datetime) -> set[UUID]:
    """These steps are read when the page is drawn, from what it shows anyway (``selectors.adoption``)."""
    return set()


STEPS = (
    Step("people", _("Somebody is in"), _("A person of the department has signed in."), _read_live, order=10),
    Step("champion", _("Champion named"), _("Colleagues know whom to ask first."), _read_live, order=20),
    Step("kick-off", _("Kick-off held"), _("The department saw its own work in the product."), order=30),
    Step("trained", _("Everybody trained"), _("Everybody has done each training of theirs."), _read_live, order=60),
    Step("agreed", _("Handoffs agreed"), _("Agreed with its neighbors what a handoff must carry."), order=70),
)


def _share_of(name: str) -> Callable[[], Reading | None]:
    def read() -> Reading | None:
        count = AdoptionCount.objects.filter(period=AdoptionCount.Period.MONTH).order_by("-day").first()
        if count is None:
            return None
        parts = count.figures.get("rates", {}).get("now", {}).get(name, {}).values()
        percent = sum((Share(*pair) for pair in parts), Share()).percent
        return Reading(percent, count.counted_at) if percent is not None else None

    return read


METRICS = (
    Metric(
        "adoption.repeated",
        _("Customers who repeated what we knew (30 days)"),
        "%",
        _share_of(sources.REPEATED),
    ),
    Metric("adoption.accepted", _("Handoffs accepted at first (30 days)"), "%", _share_of(sources.ACCEPTED)),
    Metric("adoption.kept", _("Promises kept (30 days)"), "%", _share_of(sources.KEPT)),
)


def register() -> None:
    """Called once, when the app is ready."""
    sources.register_activity("village", people_here)
    sources.register_steps(*STEPS)
    metrics.register(*METRICS)
