"""Give what is with a person to colleagues, in one step."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from engagement.events.catalogue import WorkHandedOver
from engagement.events.outbox import publish
from engagement.village import responsibilities
from engagement.village.actions.guard import ChangeRefused, refuse_unless_may_change
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User


@transaction.atomic
def hand_over_work(
    *,
    person: User,
    choices: Mapping[str, User | None],
    actor: User,
    now: datetime,
    origin: Origin = NOWHERE,
) -> dict[str, int]:
    """Give each kind of ``choices`` (by name) to a colleague, or leave it unassigned (None); return counts by kind.

    What is not among ``choices`` stays with the person. Safe to repeat. Raises ChangeRefused for a colleague who
    left, for the person themselves, and for a kind that somebody must have.
    """
    locked = User.objects.select_for_update().get(pk=person.pk)
    refuse_unless_may_change(person=locked, actor=actor)
    done: dict[str, int] = {}
    receivers: dict[str, list[str]] = {}
    for kind in responsibilities.registered():
        if kind.name not in choices or kind.hand_over is None:
            continue
        to = choices[kind.name]
        if to is None and not kind.unassigned:
            raise ChangeRefused(_("Choose who gets this: %(what)s.") % {"what": kind.label})
        if to is not None and (to.pk == locked.pk or not to.is_active):
            raise ChangeRefused(_("%(name)s cannot take it over. Choose another colleague.") % {"name": to})
        number = kind.hand_over(person=locked, to=to, actor=actor, now=now)
        if number:
            done[kind.name] = number
            if to is not None:
                receivers.setdefault(str(to.pk), []).append(kind.name)
    if done:
        given = {name: str(to.pk) if (to := choices[name]) else "" for name in done}
        detail = {"counts": done, "to": given}
        record(actor=actor, action="person.work_handed_over", subject=locked, now=now, detail=detail, origin=origin)
        publish(
            WorkHandedOver(person_id=locked.pk, actor_id=actor.pk, counts=done, receivers=receivers, at=now), now=now
        )
    return done
