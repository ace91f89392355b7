"""What each step of a handoff has in common: the subject's own history, the event, the pokes."""

from datetime import datetime

from collaboration.handoffs.kinds import kind_of
from collaboration.models import Handoff
from collaboration.selectors.people import people_of
from engagement.events.catalogue import HandoffChanged
from engagement.events.outbox import publish
from engagement.realtime.topics import poke
from engagement.village.models import User


def tell(handoff: Handoff, *, change: str, actor: User | None, now: datetime) -> None:
    """Write the step into the subject's history, publish it and poke both departments and who offered it."""
    kind_of(handoff.subject_type).tell(handoff, change, actor, now)
    event = HandoffChanged(
        handoff_id=handoff.pk,
        change=change,
        subject_type=handoff.subject_type,
        subject_id=handoff.subject_id,
        profile_id=handoff.profile_id,
        from_department_id=handoff.from_department_id,
        to_department_id=handoff.to_department_id,
        actor_id=actor.pk if actor else None,
        at=now,
    )
    publish(event, now=now)
    people = people_of([handoff.to_department, handoff.from_department]).values_list("pk", flat=True)
    poke(f"handoff:{handoff.pk}", f"user:{handoff.offered_by_id}", *(f"user:{key}" for key in people))
