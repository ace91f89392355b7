"""Erase a person: in steps that are each committed, so that a crash goes on where it was, and then a sweep.

1. ``begin`` writes down who is to be erased and by whose word. From then on nothing is added to the person.
2. One transaction takes their addresses away everywhere where they are found by them, and keeps a keyed hash of each.
   Whoever writes from one of them after that is somebody new.
3. Their full names go out of what others said where they took part; then each holding in its own transaction.
4. When every transaction that may have seen the old addresses is over, all holdings once more, until nothing is found,
   and ``sweeping`` for what no key leads to.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from engagement.events.catalogue import ProfileErased
from engagement.events.outbox import publish
from engagement.organization.current import current_organization
from engagement.profiles.actions.suppress import suppress
from engagement.profiles.addresses import InvalidAddress
from engagement.profiles.family import lock_family
from engagement.profiles.models import DataRequest, Erasure, Profile
from engagement.profiles.rights import holding_back, sweeping
from engagement.profiles.rights.appended import while_erasing
from engagement.profiles.rights.filing import RequestRefused, waiting
from engagement.profiles.rights.holdings import Holding, NotYet, registered
from engagement.profiles.rights.subjects import Subject, subject_from, subject_of, without_others
from engagement.profiles.rights.telling import announce, tell
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin
from engagement.village.models import User
from engagement.wakeups import wake

log = structlog.get_logger(__name__)
ANSWERS = "profiles.answer_datarequest"
TASK = "engagement.profiles.tasks.erase"
REASON = "erased"  # the one reason of a suppression that even an answer respects
SOURCE = "data-request"
EARLY_UNTIL = 25  # holdings with a smaller order go in the one first transaction
_FIRST, _NAMES, _LAST = "addresses", "names", "sweep"
_LEASE = timedelta(seconds=50)  # prolonged with each step, which holds the row itself
_SOON = timedelta(seconds=10)
_MOST_PASSES = 5


def confirm(*, request_id: UUID, actor: User, now: datetime, origin: Origin = NOWHERE) -> Erasure | None:
    """Have the person of a request erased; where two have to confirm it and this is the first, note it: None.

    Raises what ``begin`` raises, and RequestRefused for whoever was the first.
    """
    with transaction.atomic():
        family = lock_person(request_id)
        request = waiting(request_id)
        if not family or not current_organization().erasure_requires_two or first_of(request):
            return begin(request_id=request_id, actor=actor, now=now, origin=origin)
        _refuse(request, family, now)
        request.first_confirmed_by, request.first_confirmed_at = actor, now
        request.save(update_fields=["first_confirmed_by", "first_confirmed_at"])
        tell(request, "confirmed", actor, now, origin)
    return None


def first_of(request: DataRequest) -> User | None:
    """Return who confirmed the erasure first, if they may still do so."""
    first = request.first_confirmed_by
    return first if first is not None and first.is_active and first.has_perm(ANSWERS) else None


def begin(*, request_id: UUID, actor: User, now: datetime, origin: Origin = NOWHERE) -> Erasure:
    """Have the person of a request erased; it cannot be undone. Safe to repeat.

    Raises RequestRefused while it is not known who asks, a legal hold stands, or somebody else has to confirm it first
    (``confirm``); DataRequest.DoesNotExist.
    """
    with transaction.atomic():
        family = lock_person(request_id)
        request = waiting(request_id)
        if not family:
            return Erasure.objects.get(request=request)
        _refuse(request, family, now)
        first = first_of(request) if current_organization().erasure_requires_two else None
        if current_organization().erasure_requires_two and first is None:
            raise RequestRefused(_("Two have to confirm an erasure, and nobody has yet."))
        if first == actor:
            raise RequestRefused(_("You confirmed it first. Somebody else has to confirm it too."))
        row = Erasure.objects.create(
            request=request,
            profile_id=family[0],
            subject=subject_of(family[0]).as_json(),
            total=len(_steps()),
            confirmed_by=actor,
            confirmed_at=now,
            first_confirmed_by=first,
        )
        Profile.objects.filter(pk__in=family).update(erased_at=now)
        tell(request, "erasing", actor, now, origin)
        transaction.on_commit(lambda: wake(TASK))
    return row


def lock_person(request_id: UUID) -> list[UUID]:
    """Lock the person of a request; empty when the erasure has begun. Raises DataRequest.DoesNotExist."""
    profile_id = DataRequest.objects.values_list("profile_id", flat=True).get(pk=request_id)
    try:
        return list(lock_family(profile_id))
    except Profile.DoesNotExist:
        if Erasure.objects.filter(request_id=request_id).exists():
            return []
        raise


def _refuse(request: DataRequest, family: Sequence[UUID], now: datetime) -> None:
    if request.kind != DataRequest.Kind.ERASURE:
        raise RequestRefused(_("This request does not ask for an erasure."))
    if request.verified_at is None:
        raise RequestRefused(_("Write down first how you know that it is them."))
    holds = holding_back.standing(family, now)
    if holds:
        raise RequestRefused(_("Held because of a legal hold: %(reason)s") % {"reason": holds[0].reason})


def work(*, now: datetime) -> int:
    """Go on with every erasure that is due; return how many are done."""
    due = Q(lease_until=None) | Q(lease_until__lte=now)
    rows = Erasure.objects.filter(due, state=Erasure.State.RUNNING).order_by("key").values_list("key", flat=True)
    return sum(run(key=key, now=now) for key in list(rows))


def run(*, key: UUID, now: datetime) -> bool:
    """Do the steps that are missing; say whether it is done. What fails is written down and tried again."""
    due = Q(lease_until=None) | Q(lease_until__lte=now)
    if not Erasure.objects.filter(due, pk=key, state=Erasure.State.RUNNING).update(lease_until=now + _LEASE):
        return False
    try:
        for step in _steps():
            _do(key, step, now)
    except NotYet as wait:
        Erasure.objects.filter(pk=key).update(lease_until=now + _SOON, error="")
        log.info("erasure_waits", key=str(key), why=str(wait))
        return False
    except Exception as error:
        attempts = Erasure.objects.values_list("attempts", flat=True).get(pk=key) + 1
        pause = timedelta(seconds=min(5 * 2**attempts, 600))
        said = f"{type(error).__name__}"  # never the values: they may be what is being erased
        Erasure.objects.filter(pk=key).update(lease_until=now + pause, attempts=attempts, error=said)
        log.exception("erasure_failed", key=str(key), exc_info=error)
        return False
    return True


def _steps() -> list[str]:
    later = [one.name for one in registered() if one.erase and one.order >= EARLY_UNTIL]
    return [_FIRST, _NAMES, *later, _LAST]


def _do(key: UUID, step: str, now: datetime) -> None:
    """One step, committed together with the fact that it is done."""
    with while_erasing(key):
        row = Erasure.objects.select_for_update().get(pk=key)
        if step in row.steps or row.state == Erasure.State.DONE:
            return
        subject = subject_from(row.subject)
        if step == _FIRST:
            _take_addresses(row, subject, now)
        elif step == _NAMES:
            _add(row, _NAMES, sweeping.sweep_names(subject))
        elif step == _LAST:
            _sweep(row, subject, now)
            _finish(row, subject, now)
            return
        else:
            (holding,) = [one for one in registered() if one.name == step]
            _add(row, holding.name, _erase(holding, subject, now))
        row.steps = [*row.steps, step]
        row.lease_until = now + _LEASE
        row.save(update_fields=["steps", "counts", "subject", "removed_xid", "lease_until"])
        poke(f"profile:{row.profile_id}")


def _take_addresses(row: Erasure, subject: Subject, now: datetime) -> None:
    """Keep the hashes, then let nobody be found by the addresses any more."""
    list(Profile.objects.select_for_update(no_key=True).filter(pk__in=subject.family).order_by("key"))
    subject = subject_of(subject.profile_id)  # an address may have come since it was confirmed
    row.subject = subject.as_json()
    _suppress(subject, row.confirmed_by, now)
    for holding in registered():
        if holding.erase and holding.order < EARLY_UNTIL:
            _add(row, holding.name, _erase(holding, subject, now))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        row.removed_xid = cursor.fetchone()[0]


def _suppress(subject: Subject, actor: User, now: datetime) -> None:
    for kind, address in subject.reached_at:
        try:
            suppress(kind=kind, address=address, purpose="", reason=REASON, source=SOURCE, actor=actor, now=now)
        except InvalidAddress:
            continue  # kept before our rules for addresses were what they are: nobody can be written to there


def _erase(holding: Holding, subject: Subject, now: datetime) -> int:
    return holding.erase(holding.find(subject), subject, now) if holding.erase else 0


def _add(row: Erasure, name: str, number: int) -> None:
    if number:
        row.counts = {**row.counts, name: row.counts.get(name, 0) + number}


def _sweep(row: Erasure, subject: Subject, now: datetime) -> None:
    """Once more, until nothing is found. Raises NotYet while somebody may still write for the old addresses."""
    if not _is_over(row.removed_xid):
        raise NotYet("a transaction is open that may have seen the old addresses")
    subject = without_others(subject)
    for _pass in range(_MOST_PASSES):
        found = [(one, _erase(one, subject, now)) for one in registered()]
        for holding, number in found:
            _add(row, holding.name, number)
        if not any(number for _holding, number in found):
            break
    else:
        raise NotYet("more comes in than is taken away")
    _add(row, _LAST, sweeping.sweep(subject, now))
    row.counts = {**row.counts, **sweeping.left(subject)}


# Every transaction that writes holds a lock on its own number; those of other databases saw nothing of ours.
_OLDER = """
SELECT FROM pg_locks held LEFT JOIN pg_stat_activity who USING (pid)
WHERE held.locktype = 'transactionid' AND held.mode = 'ExclusiveLock' AND held.granted
  AND coalesce(who.datname, current_database()) = current_database()
  AND age(held.transactionid) >= age(%(xid)s::text::xid8::xid)
"""


def _is_over(xid: int | None) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({_OLDER})", {"xid": xid})
        return xid is not None and not cursor.fetchone()[0]


def _finish(row: Erasure, subject: Subject, now: datetime) -> None:
    request = DataRequest.objects.lock(row.request_id)
    request.state, request.closed_at, request.closed_by = DataRequest.State.ANSWERED, now, row.confirmed_by
    request.save(update_fields=["state", "closed_at", "closed_by"])
    _close_others(subject.family, row, now)
    row.state, row.subject, row.done_at, row.lease_until, row.error = Erasure.State.DONE, {}, now, None, ""
    row.steps = _steps()
    row.save()
    tell(request, "answered", row.confirmed_by, now, detail={"rows": row.counts})
    erased = ProfileErased(
        profile_id=subject.profile_id, profile_ids=list(subject.family), request_id=row.request_id, at=now
    )
    publish(erased, now=now)


def _close_others(family: Sequence[UUID], row: Erasure, now: datetime) -> None:
    """What else they asked has no object any more."""
    for other in DataRequest.objects.waiting().filter(profile_id__in=family).order_by("key"):
        other.state, other.closed_at, other.closed_by = DataRequest.State.CANCELLED, now, row.confirmed_by
        other.save(update_fields=["state", "closed_at", "closed_by"])
        announce(other, "cancelled", row.confirmed_by, now)
