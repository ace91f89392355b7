"""Offer work to another department."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from collaboration.handoffs import kinds
from collaboration.handoffs.errors import AlreadyOffered, GoesInCircles, MissingSummary, NobodyThere, written_way
from collaboration.handoffs.telling import tell
from collaboration.models import Handoff
from collaboration.selectors.coordination import coordinator_of
from collaboration.selectors.people import people_of, who_may
from collaboration.tasks.making import make
from engagement.profiles.family import family_of
from engagement.village.models import Department, User
from engagement.village.roles import ADMINISTRATOR

LONGEST = 5_000  # characters of a summary
MAX_STEPS = 20  # handoffs of a subject that are looked at
MAX_TURNS = 2  # handoffs between two departments, from which on the next one needs a confirmation


@transaction.atomic
def offer(
    *,
    subject_type: str,
    subject_id: UUID,
    profile_id: UUID | None,
    summary: str,
    facts: Sequence[tuple[str, str]],
    from_department: Department | None,
    to_department: Department,
    place_id: UUID | None,
    place_name: Sequence[str],
    actor: User,
    now: datetime,
    again: bool = False,
) -> Handoff:
    """Offer a subject to a department; it stays where it is until somebody there takes it.

    ``place_name`` is its place's name in English and in Portuguese, ``facts`` what is known, as (name, value).
    ``again`` confirms an offer between two departments that gave it to each other MAX_TURNS times before, or one that
    begins a round through several departments once more: somebody gets a task to decide then. Raises MissingSummary,
    NobodyThere, AlreadyOffered, GoesInCircles.
    """
    summary = summary.replace("\x00", "").strip()[:LONGEST]
    if not summary:
        raise MissingSummary
    before = Handoff.objects.filter(subject_type=subject_type, subject_id=subject_id)
    if waiting := before.offered().select_related("to_department").first():
        raise AlreadyOffered(waiting)
    refuse_empty_department(to_department)
    turns = count_turns(before, from_department, to_department)
    way = find_round(before, from_department, to_department) if turns < MAX_TURNS else []
    goes_round = turns >= MAX_TURNS or bool(way)
    arbiter = arbiter_of(profile_id, but=actor) if goes_round else None
    if goes_round and not again and from_department is not None:
        raise GoesInCircles(from_department, to_department, turns, arbiter, way)
    made = Handoff(
        subject_type=subject_type,
        subject_id=subject_id,
        profile_id=profile_id,
        summary=summary,
        facts=[list(fact) for fact in facts],
        from_department=from_department,
        to_department=to_department,
        place_id=place_id,
        place_name=list(place_name),
        offered_by=actor,
        offered_at=now,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # a colleague offered it at the same moment
        raise AlreadyOffered(before.offered().select_related("to_department").get()) from None
    tell(made, change="offered", actor=actor, now=now)
    if arbiter is not None:
        _ask_to_decide(made, arbiter, way, actor, now)
    return made


def refuse_empty_department(department: Department) -> None:
    """Raise NobodyThere where nobody active of a department may take a handoff."""
    if not people_of([department]).filter(pk__in=who_may("collaboration.change_handoff").values("pk")).exists():
        raise NobodyThere(department, an_administrator())


def an_administrator() -> User | None:
    """Return who is asked where nobody else answers for it: the administrator who has been here longest."""
    administrators = User.objects.filter(is_active=True, groups__role__slug=ADMINISTRATOR)
    return administrators.order_by("date_joined", "key").first()


def count_turns(before: QuerySet[Handoff], one: Department | None, other: Department) -> int:
    """Return how often a subject was given, or offered and sent back, between two departments, either way."""
    if one is None:
        return 0
    pair = Q(from_department=one, to_department=other) | Q(from_department=other, to_department=one)
    return before.filter(pair).exclude(state__in=[Handoff.State.WITHDRAWN, Handoff.State.OFFERED]).count()


def find_round(before: QuerySet[Handoff], one: Department | None, other: Department) -> list[Department]:
    """Return the departments through which a subject went from ``one`` by ``other`` and back; empty if it did not."""
    if one is None:
        return []
    taken = before.filter(state__in=[Handoff.State.ACCEPTED, Handoff.State.COMPLETED], from_department__isnull=False)
    last = taken.select_related("from_department", "to_department").order_by("-offered_at", "-key")[:MAX_STEPS]
    steps = [(handoff.from_department, handoff.to_department) for handoff in reversed(last)]
    way = [origin for origin, _to in steps if origin is not None] + [to for _origin, to in steps[-1:]]
    if one not in way[:-1] or way[-1] != one:
        return []
    begin = max(place for place, department in enumerate(way[:-1]) if department == one)
    return way[begin:] if other in way[begin:] else []


def arbiter_of(profile_id: UUID | None, *, but: User) -> User | None:
    """Return who decides between departments: who coordinates for the customer, else an administrator."""
    coordination = coordinator_of(family_of(profile_id)) if profile_id else None
    if coordination is not None and coordination.person.is_active and coordination.person_id != but.pk:
        return coordination.person
    found = an_administrator()
    return found if found is not None and found.pk != but.pk else None


def _ask_to_decide(handoff: Handoff, arbiter: User, way: Sequence[Department], actor: User, now: datetime) -> None:
    with translation.override(arbiter.language):
        about = kinds.describe([(handoff.subject_type, handoff.subject_id)]).get(handoff.subject_id)
        title = _("Decide who deals with this: %(what)s") % {"what": about.title if about else handoff.summary}
        text = _("%(one)s and %(other)s gave it to each other several times.") % {
            "one": handoff.from_department,
            "other": handoff.to_department,
        }
        if way:
            text = _("It went round: %(way)s.") % {"way": written_way(way)}
    make(
        title=title,
        text=text,
        created_by=actor,
        assignee=arbiter,
        subject_type=handoff.subject_type,
        subject_id=handoff.subject_id,
        profile_id=handoff.profile_id,
        now=now,
    )
