"""Write a value case, correct it by a new revision, sign it."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from engagement.keys import new_key
from engagement.operations.actions.count import TOPIC
from engagement.operations.actions.steer import SteeringRefused
from engagement.operations.metrics import read_metric
from engagement.operations.models import ValueEntry, ValueSignature
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User


@transaction.atomic
def write_value(
    *,
    name: str,
    outcome: str,
    currency: str,
    low: Decimal,
    base: Decimal,
    high: Decimal,
    baseline: str,
    formula: str,
    capability: str = "",
    metric: str = "",
    author: User,
    now: datetime,
    case: UUID | None = None,
    origin: Origin = NOWHERE,
) -> ValueEntry:
    """Write the next revision of ``case``, or a new one. Amounts are for a year. Raises SteeringRefused.

    ``metric``: its figure is frozen as the case's baseline, once for each metric.
    Two corrections of one case at once: each becomes a revision of its own, one after the other.
    """
    if not 0 <= low <= base <= high:
        raise SteeringRefused(_("Low, base and high rise in this order, and none is negative."))
    number = 1
    if case is not None:
        revisions = ValueEntry.objects.filter(case=case)
        if revisions.select_for_update().order_by("number").first() is None:
            raise SteeringRefused(_("This case is not there any more."))
        number = (revisions.aggregate(last=Max("number"))["last"] or 0) + 1
    figure, figure_at = _frozen(case, metric)
    key = new_key()
    entry = ValueEntry.objects.create(
        key=key,
        case=case or key,
        number=number,
        name=name,
        outcome=ValueEntry.Outcome(outcome),
        currency=currency,
        low=low,
        base=base,
        high=high,
        baseline=baseline,
        formula=formula,
        capability=capability,
        metric=metric,
        metric_figure=figure,
        metric_at=figure_at,
        author=author,
        written_at=now,
    )
    detail = {"base": str(base), "number": number}
    record(actor=author, action="value.written", subject=entry, now=now, detail=detail, origin=origin)
    poke(TOPIC)
    return entry


def _frozen(case: UUID | None, metric: str) -> tuple[float | None, datetime | None]:
    """The baseline of a metric: as the case froze it first, else as it is now; nothing while there is no figure."""
    if not metric:
        return None, None
    earlier = ValueEntry.objects.filter(case=case, metric=metric, metric_figure__isnull=False) if case else None
    first = earlier.order_by("number").first() if earlier is not None else None
    if first is not None:
        return first.metric_figure, first.metric_at
    reading = read_metric(metric)
    return (reading.figure, reading.at) if reading is not None else (None, None)


@transaction.atomic
def sign_value(*, entry: ValueEntry, actor: User, now: datetime, origin: Origin = NOWHERE) -> ValueSignature:
    """Stand for a revision. Signing twice keeps the first signature. Raises SteeringRefused for one's own, and for a
    revision that a newer one has replaced.
    """
    locked = ValueEntry.objects.select_for_update().get(pk=entry.pk)
    if locked.author_id == actor.pk:
        raise SteeringRefused(_("Somebody else signs what you wrote."))
    if ValueEntry.objects.filter(case=locked.case, number__gt=locked.number).exists():
        raise SteeringRefused(_("There is a newer revision. Read it, then sign that one."))
    signature, is_new = ValueSignature.objects.get_or_create(entry=locked, defaults={"person": actor, "signed_at": now})
    if is_new:
        record(actor=actor, action="value.signed", subject=locked, now=now, detail={}, origin=origin)
        poke(TOPIC)
    return signature
