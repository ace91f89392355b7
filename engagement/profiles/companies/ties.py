"""Write down where a person works and who belongs with them; end it again.

Rows keep the profile that they were written for; a merged person's are read through the canonical one.
"""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from engagement.events.catalogue import EmploymentChanged, RelationChanged
from engagement.events.outbox import publish
from engagement.profiles.family import family_of, lock_family
from engagement.profiles.models import Company, Employment, Relation
from engagement.profiles.models.company import SYMMETRICAL
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User


class TieRefused(ValueError):
    """The message says why, to whoever asked for it; ``field`` is what is wrong."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


def employ(
    *,
    profile_id: UUID,
    company: Company,
    position: str = "",
    since: date | None = None,
    primary: bool = True,
    actor: User | None,
    now: datetime,
    origin: Origin = NOWHERE,
) -> Employment:
    """Write down that a person works at a company; who does already gets the new position. Safe to repeat.

    ``primary``: it is the one that is named beside their name, and no other of theirs is. Their first one always is.
    Raises Profile.DoesNotExist.
    """
    with transaction.atomic():
        family = lock_family(profile_id)
        standing = list(Employment.objects.filter(profile_id__in=family, until=None).order_by("key"))
        row = next((one for one in standing if one.company_id == company.key), None)
        is_new = row is None
        row = row or Employment(profile_id=family[0], company=company)
        primary = primary or not any(one.primary for one in standing if one is not row)
        wanted = (position.strip()[:200], since or row.since, primary)
        if not is_new and (row.position, row.since, row.primary) == wanted:
            return row
        if primary:
            Employment.objects.filter(profile_id__in=family, primary=True).exclude(key=row.key).update(primary=False)
        row.position, row.since, row.primary = wanted
        row.save(force_insert=is_new)
        _tell_employment(row, "begun" if is_new else "changed", actor, now, origin)
    return row


def leave(
    *, employment_id: UUID, until: date, actor: User | None, now: datetime, origin: Origin = NOWHERE
) -> Employment:
    """A person does not work there any more, since ``until``; the row stays. Safe to repeat.

    Raises TieRefused when they began later, Employment.DoesNotExist.
    """
    with transaction.atomic():
        family = lock_family(Employment.objects.values_list("profile_id", flat=True).get(key=employment_id))
        row = Employment.objects.select_related("company").get(key=employment_id)
        if row.until is not None:
            return row
        _refuse_end(row.since, until)
        was_primary, row.until, row.primary = row.primary, until, False
        row.save(update_fields=["until", "primary"])
        if was_primary:
            _name_next(family)
        _tell_employment(row, "ended", actor, now, origin)
    return row


def relate(
    *,
    profile_id: UUID,
    other_id: UUID,
    kind: str,
    since: date | None = None,
    actor: User | None,
    now: datetime,
    origin: Origin = NOWHERE,
) -> Relation:
    """Write down that a person is ``kind`` (Relation.Kind) of another. Safe to repeat, from either side where the
    relation is symmetrical. Raises TieRefused for one person, Profile.DoesNotExist.
    """
    with transaction.atomic():
        one, other = _lock_both(profile_id, other_id)
        if one[0] == other[0]:
            raise TieRefused(_("This is one and the same person."), "other")
        pairs = [(a, b) for a in one for b in other]
        pairs += [(b, a) for a, b in pairs] if kind in SYMMETRICAL else []
        for standing in Relation.objects.filter(profile_id__in={a for a, _b in pairs}, kind=kind, until=None):
            if (standing.profile_id, standing.other_id) in pairs:
                return standing
        first, second = (one[0], other[0])
        if kind in SYMMETRICAL:
            first, second = sorted((first, second))
        row = Relation.objects.create(profile_id=first, other_id=second, kind=kind, since=since)
        _tell_relation(row, "begun", actor, now, origin)
    return row


def part(*, relation_id: UUID, until: date, actor: User | None, now: datetime, origin: Origin = NOWHERE) -> Relation:
    """Two people do not belong together any more, since ``until``; the row stays. Safe to repeat.

    Raises TieRefused when they began later, Relation.DoesNotExist.
    """
    with transaction.atomic():
        row = Relation.objects.select_for_update(of=("self",)).select_related("profile", "other").get(key=relation_id)
        if row.until is not None:
            return row
        _refuse_end(row.since, until)
        row.until = until
        row.save(update_fields=["until"])
        _tell_relation(row, "ended", actor, now, origin)
    return row


def _lock_both(one: UUID, other: UUID) -> tuple[list[UUID], list[UUID]]:
    """Both families, locked in the order of their keys, so that two who relate the same people do not lock up."""
    order = sorted({one, other}, key=lambda key: family_of(key)[0])
    families = {key: lock_family(key) for key in order}
    return families[one], families[other]


def _refuse_end(since: date | None, until: date) -> None:
    if since is not None and until < since:
        raise TieRefused(_("It began later than that."), "until")


def _name_next(family: list[UUID]) -> None:
    """Who leaves what was named first: the oldest of what stays is named now."""
    following = Employment.objects.filter(profile_id__in=family, until=None).order_by("key").first()
    if following is not None:
        Employment.objects.filter(key=following.key).update(primary=True)


def _tell_employment(row: Employment, change: str, actor: User | None, now: datetime, origin: Origin) -> None:
    publish(
        EmploymentChanged(
            employment_id=row.key,
            profile_id=row.profile_id,
            company_id=row.company_id,
            change=change,
            actor_id=actor.pk if actor else None,
            at=now,
        ),
        now=now,
    )
    detail = {"profile": str(row.profile_id)}
    record(actor=actor, action=f"employment.{change}", subject=row, now=now, detail=detail, origin=origin)
    poke(f"profile:{row.profile_id}")


def _tell_relation(row: Relation, change: str, actor: User | None, now: datetime, origin: Origin) -> None:
    publish(
        RelationChanged(
            relation_id=row.key,
            profile_id=row.profile_id,
            other_id=row.other_id,
            kind=row.kind,
            change=change,
            actor_id=actor.pk if actor else None,
            at=now,
        ),
        now=now,
    )
    detail = {"profile": str(row.profile_id), "other": str(row.other_id)}
    record(actor=actor, action=f"relation.{change}", subject=row, now=now, detail=detail, origin=origin)
    poke(f"profile:{row.profile_id}", f"profile:{row.other_id}")
