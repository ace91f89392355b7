"""Change a threshold, waive an item for a while, end a waiver, say who answers for a C, say what one believes."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from engagement.operations.actions.count import TOPIC, count
from engagement.operations.checklist import AREAS, Item, registered
from engagement.operations.models import AreaOwner, Claim, Target, Waiver
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

LONGEST_WAIVER = timedelta(days=180)


class SteeringRefused(ValueError):
    """What was asked cannot be; the message is a sentence for whoever asked."""


def item_named(name: str) -> Item:
    """Return the registered item of a name. Raises LookupError."""
    for item in registered():
        if item.name == name:
            return item
    raise LookupError(name)


@transaction.atomic
def set_target(*, item: Item, threshold: float, actor: User, now: datetime, origin: Origin = NOWHERE) -> Target:
    """Give an item another threshold and count it again. Raises SteeringRefused for one that no figure can meet."""
    if item.unit == "%" and not 0 <= threshold <= 100:
        raise SteeringRefused(_("A share lies between 0 and 100 %."))
    if threshold < 0:
        raise SteeringRefused(_("A threshold is not negative."))
    before = Target.objects.filter(item=item.name).values_list("threshold", flat=True).first()
    target, _new = Target.objects.update_or_create(
        item=item.name, defaults={"threshold": threshold, "changed_by": actor, "changed_at": now}
    )
    detail = {"item": item.name, "threshold": [before if before is not None else item.threshold, threshold]}
    record(actor=actor, action="checklist.target_changed", subject=target, now=now, detail=detail, origin=origin)
    count(now=now, items=[item])
    return target


@transaction.atomic
def waive(*, item: Item, reason: str, until: datetime, actor: User, now: datetime, origin: Origin = NOWHERE) -> Waiver:
    """Let an item not hold until then. A waiver in force is replaced. Raises SteeringRefused."""
    if not reason.strip():
        raise SteeringRefused(_("Say why: whoever reads the list next month will ask."))
    if until <= now:
        raise SteeringRefused(_("A waiver ends in the future."))
    if until > now + LONGEST_WAIVER:
        raise SteeringRefused(_("A waiver lasts half a year at most. What never holds is not a target."))
    end_waiver(item=item, actor=actor, now=now, origin=origin)
    made = Waiver.objects.create(item=item.name, reason=reason.strip(), person=actor, granted_at=now, until=until)
    detail = {"item": item.name, "reason": made.reason, "until": until.isoformat()}
    record(actor=actor, action="checklist.waived", subject=made, now=now, detail=detail, origin=origin)
    count(now=now, items=[item])
    return made


@transaction.atomic
def end_waiver(*, item: Item, actor: User, now: datetime, origin: Origin = NOWHERE) -> bool:
    """End what is waived; say whether anything was. Safe to repeat."""
    row = Waiver.objects.select_for_update().filter(item=item.name, ended_at=None).first()
    if row is None:
        return False
    row.ended_at, row.ended_by = now, actor
    row.save(update_fields=["ended_at", "ended_by"])
    record(
        actor=actor, action="checklist.waiver_ended", subject=row, now=now, detail={"item": item.name}, origin=origin
    )
    count(now=now, items=[item])
    return True


@transaction.atomic
def own(*, area: str, person: User | None, actor: User, now: datetime, origin: Origin = NOWHERE) -> None:
    """Say who answers for a C; None for nobody. Raises SteeringRefused for a C that is none."""
    if area not in AREAS:
        raise SteeringRefused(_("There is no such C."))
    if person is None:
        AreaOwner.objects.filter(area=area).delete()
    else:
        AreaOwner.objects.update_or_create(area=area, defaults={"person": person, "since": now})
    detail = {"area": area, "owner": str(person) if person else ""}
    record(actor=actor, action="checklist.owner_changed", subject=person, now=now, detail=detail, origin=origin)
    poke(TOPIC)


@transaction.atomic
def claim(*, person: User, levels: Mapping[str, int], now: datetime) -> list[Claim]:
    """Keep what a person believes of each C, 0 to 5. Raises SteeringRefused."""
    if not set(levels) <= set(AREAS) or not all(0 <= level <= 5 for level in levels.values()):
        raise SteeringRefused(_("Choose a level from 0 to 5 for each C."))
    rows = [Claim(person=person, area=area, level=level, at=now) for area, level in sorted(levels.items())]
    poke(TOPIC)
    return Claim.objects.bulk_create(rows)
