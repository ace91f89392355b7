"""The work of imports, a turn at a time: reading, trying, bringing in, taking back. What a turn has done is committed
part by part, so that whoever comes after a crash goes on where it stood.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import OperationalError, transaction
from django.utils import timezone

from engagement.events.catalogue import PeopleImported
from engagement.events.outbox import publish
from engagement.profiles.importing import running, staging, trying, undoing
from engagement.profiles.importing.counting import together
from engagement.profiles.importing.of_companies import bringing
from engagement.profiles.importing.of_companies import undoing as companies
from engagement.profiles.importing.reading import Unreadable
from engagement.profiles.models import ImportChunk, PeopleImport
from engagement.realtime.topics import poke, poke_now
from engagement.village.audit import record

log = structlog.get_logger(__name__)
TURN_SECONDS = 3.0
WORK = "engagement.profiles.tasks.bring_people_in"
_ATTEMPTS = 5  # at one part, when others hold what it needs the other way round
Status, State = PeopleImport.Status, ImportChunk.State
_SHARED = "SELECT * FROM profiles_peopleimport WHERE key = %s FOR SHARE"
Step = Callable[[PeopleImport, ImportChunk, datetime], dict[str, Any]]


def advance_all(*, seconds: float = TURN_SECONDS) -> bool:
    """Bring every import that is at work a turn further; return whether one has more to do at once."""
    more, end = False, time.monotonic() + seconds
    for key in list(PeopleImport.objects.at_work().order_by("key").values_list("pk", flat=True)):
        more |= advance(import_id=key, end=end)
    return more


def advance(*, import_id: UUID, end: float) -> bool:
    """Work at one import until ``end`` (time.monotonic); return whether it has more to do."""
    told = 0.0
    while True:
        status = PeopleImport.objects.values_list("status", flat=True).get(pk=import_id)
        if status == Status.READING:
            if not _read(import_id, end):
                break
        elif status not in _STEPS or not _take(import_id, status):
            break
        if time.monotonic() - told > 1:
            poke_now(topic(import_id))
            told = time.monotonic()
        if time.monotonic() > end:
            return True
    poke_now(topic(import_id), "imports:all")
    return False


def topic(import_id: UUID) -> str:
    """Return the topic that tells how far an import is."""
    return f"import:{import_id}"


def _read(import_id: UUID, end: float) -> bool:
    """Stage more; True while there is something that this worker can go on with."""
    try:
        if staging.stage(import_id=import_id, now=timezone.now(), end=end):
            return True
    except (OSError, Unreadable) as error:
        _fail(import_id, f"{type(error).__name__}: {error}")
        return False
    with transaction.atomic():
        held = _hold(import_id, Status.READING)
        if held is None or not held.is_read:
            return False
        if held.failure:
            held.status, held.ended_at = Status.FAILED, timezone.now()
            held.save(update_fields=["status", "ended_at"])
            return False
        again = staging.refused_together(held=held)
        staged = together(held.chunks.values_list("staged", flat=True))
        held.tried = {name: staged.get(name, {}) for name in ("refused", "numbers")}
        held.tried["rows"] = staged.get("rows", 0)
        held.tried["refused"] |= again
        held.status = Status.CHECKING
        held.save(update_fields=["status", "tried"])
    return True


def _take(import_id: UUID, status: str) -> bool:
    """Work at the next part that no other worker holds; end the step when there is none. False: nothing to do."""
    waiting, reached, name, step = _STEPS[Status(status)]
    for attempt in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                held = PeopleImport.objects.raw(_SHARED, [import_id])[0]  # whoever stops it waits for this part
                parts = ImportChunk.objects.filter(people_import=held, state__in=waiting)
                chunk = parts.order_by("first_line").select_for_update(skip_locked=True, no_key=True).first()
                if chunk is None or held.status != status:
                    break
                setattr(chunk, name, step(held, chunk, timezone.now()))
                chunk.state = reached
                chunk.save(update_fields=[name, "state"])
                return True
        except OperationalError as error:  # a deadlock: the other one is through, or was taken back
            if attempt == _ATTEMPTS - 1:
                raise
            log.info("import_part_again", import_id=str(import_id), error=str(error))
    return _end(import_id, Status(status))


def _end(import_id: UUID, status: PeopleImport.Status) -> bool:
    """End a step of which every part is through. False when another worker still has one, or ended it."""
    with transaction.atomic():
        held = _hold(import_id, status)
        waiting, _reached, name, _step = _STEPS[status]
        if held is None or held.chunks.filter(state__in=waiting).exists():
            return False
        now = timezone.now()
        counted = together(held.chunks.values_list(name, flat=True))
        if status == Status.CHECKING:
            counted = together([held.tried, counted | {"rows": 0}])
        setattr(held, name, counted)
        held.status, held.ended_at = _AFTER[status], now
        held.save(update_fields=[name, "status", "ended_at"])
        if status != Status.CHECKING:
            tell(held, now=now)
    return True


def tell(held: PeopleImport, *, now: datetime) -> None:
    """Publish and record what came of an import. Call it in a transaction."""
    counted = held.undone if held.status == Status.UNDONE else held.done
    numbers = {name: counted.get(name, 0) for name in ("new", "changed", "removed", "restored")}
    publish(
        PeopleImported(
            import_id=held.pk, of=held.kind, outcome=held.status, actor_id=held.made_by_id, at=now, **numbers
        ),
        now=now,
    )
    action = "people.import_undone" if held.status == Status.UNDONE else "people.imported"
    detail = {"file": held.filename, "state": str(held.status), **counted}
    record(actor=held.made_by, action=action, subject=held, now=now, detail=detail)
    poke(topic(held.pk), "imports:all")


def _hold(import_id: UUID, status: PeopleImport.Status) -> PeopleImport | None:
    found = PeopleImport.objects.select_for_update(skip_locked=True, no_key=True)
    return found.filter(pk=import_id, status=status).first()


def _fail(import_id: UUID, reason: str) -> None:
    log.error("import_failed", import_id=str(import_id), reason=reason)
    PeopleImport.objects.filter(pk=import_id, status__in=PeopleImport.WORKING).update(
        status=Status.FAILED, failure=reason[:200], ended_at=timezone.now()
    )


def _try(held: PeopleImport, chunk: ImportChunk, now: datetime) -> dict[str, Any]:
    if held.kind == PeopleImport.Kind.COMPANIES:
        return bringing.try_part(held=held, chunk=chunk, now=now)
    return trying.try_part(held=held, chunk=chunk, now=now)


def _run(held: PeopleImport, chunk: ImportChunk, now: datetime) -> dict[str, Any]:
    if held.kind == PeopleImport.Kind.COMPANIES:
        return bringing.bring_in(held=held, chunk=chunk, now=now)
    return running.bring_in(held=held, chunk=chunk, now=now)


def _undo(held: PeopleImport, chunk: ImportChunk, now: datetime) -> dict[str, Any]:
    values = {"import": held.pk, "first": chunk.first_line, "last": chunk.last_line, "now": now}
    if held.kind == PeopleImport.Kind.COMPANIES:
        return companies.undo_part(held=held, chunk=chunk, values=values)
    return undoing.undo_part(held=held, chunk=chunk, values=values | {"actor": held.made_by_id})


# Of each step: the parts that it takes, what they are afterwards, where their counts stand, what is done.
_STEPS: dict[PeopleImport.Status, tuple[tuple[str, ...], str, str, Step]] = {
    Status.CHECKING: ((State.STAGED,), State.CHECKED, "tried", _try),
    Status.RUNNING: ((State.CHECKED,), State.DONE, "done", _run),
    Status.UNDOING: ((State.DONE,), State.UNDONE, "undone", _undo),
}
_AFTER = {Status.CHECKING: Status.CHECKED, Status.RUNNING: Status.DONE, Status.UNDOING: Status.UNDONE}
