"""Keep a large block list in the background: taken as a file, read slice by slice, each of them committed.

Numbers hold from the slice on in which they stood. Whoever comes after a crash goes on where the last slice ended.
"""

import csv
import time
from datetime import datetime
from typing import IO
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagement.events.catalogue import SuppressionListChanged
from engagement.events.outbox import publish
from engagement.profiles.actions.suppress_list import ListRefused, insert, normalised_in, source_of
from engagement.profiles.models import BlockListFile, Suppression
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User
from engagement.wakeups import wake

WORK = "engagement.profiles.tasks.keep_block_lists"
AT_ONCE = 1 << 20  # bytes of a file that is read while somebody waits
MOST_TOLD = 10_000  # places of lines without a number that are kept
TURN_SECONDS = 3.0
_LINES = 5_000  # of a slice
_LONGEST = 10_000  # bytes of a line that are looked at
_SIGNS = str.maketrans({"\x00": None, "\r": " ", "\n": " ", ";": ",", "\t": ","})
Status = BlockListFile.Status


def take_file(
    *,
    name: str,
    file: IO[bytes],
    size: int,
    starts_at: datetime | None,
    actor: User | None,
    now: datetime,
    origin: Origin = NOWHERE,
) -> BlockListFile:
    """Take a block list that a worker reads soon. Raises ListRefused for one that is too large."""
    most = settings.BLOCK_LIST_MOST_BYTES
    if size > most:
        raise ListRefused(_("The file is larger than %(most)s MB. Split it.") % {"most": most >> 20})
    held = BlockListFile(list_label=name, size=size, starts_at=starts_at or now, actor=actor, created_at=now)
    with transaction.atomic():
        held.file.save("list", File(file), save=False)
        held.save(force_insert=True)
        detail = {"list": name, "bytes": size}
        record(actor=actor, action="suppression.list_taken", subject=held, now=now, detail=detail, origin=origin)
        transaction.on_commit(lambda: wake(WORK))
    return held


def advance_all(*, seconds: float = TURN_SECONDS) -> bool:
    """Read every file that waits a turn further; return whether one has more."""
    more, end = False, time.monotonic() + seconds
    for key in list(BlockListFile.objects.filter(status=Status.READING).order_by("key").values_list("pk", flat=True)):
        while goes_on := advance(file_id=key, now=timezone.now()):
            if time.monotonic() > end:
                break
        more |= goes_on
    return more


def advance(*, file_id: UUID, now: datetime) -> bool:
    """Read one slice and commit it; return whether there is more that this worker can go on with.

    One worker at a time reads a file; another finds it locked and leaves it.
    """
    with transaction.atomic():
        rows = BlockListFile.objects.select_for_update(skip_locked=True, of=("self",)).select_related("actor")
        held = rows.filter(pk=file_id, status=Status.READING).first()
        if held is None:
            return False
        is_read = _read_slice(held)
        if is_read:
            _end(held, now)
        held.save()
        poke(f"block-list:{held.pk}")
    return not is_read


def end_list(*, name: str, now: datetime, actor: User | None = None, origin: Origin = NOWHERE) -> int:
    """End what a list holds back, from ``now`` on; the rows stay. Return how many rows. Safe to repeat."""
    with transaction.atomic():
        _stop_reading(name, now)
        rows = Suppression.objects.filter(source=source_of(name), ends_at=None)
        late = rows.filter(starts_at__gt=now).delete()[0]
        ended = rows.update(ends_at=now) + late
        if ended:
            publish(SuppressionListChanged(name_of_list=name, added=0, ended=ended, at=now), now=now)
            detail = {"list": name, "ended": ended}
            record(actor=actor, action="suppression.list_ended", subject=None, now=now, detail=detail, origin=origin)
    return ended


def _stop_reading(name: str, now: datetime) -> None:
    for held in (
        BlockListFile.objects.select_for_update().filter(list_label=name, status=Status.READING).order_by("key")
    ):
        held.status, held.ended_at = Status.STOPPED, now
        _throw_away(held)
        held.save()
        poke(f"block-list:{held.pk}")


def _read_slice(held: BlockListFile) -> bool:
    """Keep the numbers of some thousand lines; return whether they were the last."""
    numbers: list[str] = []
    with held.file.open("rb") as file:
        file.seek(held.read_bytes)
        for _number in range(_LINES):
            line = file.readline(_LONGEST)
            if not line:
                break
            place, held.read_lines = held.read_lines + 1, held.read_lines + 1
            while line[-1:] != b"\n" and (rest := file.readline(_LONGEST)):
                line = line[:_LONGEST] + rest[-1:]
            given = _given(line)
            number = normalised_in(given) if given else ""
            if number:
                numbers.append(number)
            elif given:
                held.refused += 1
                held.refused_lines += [place] if len(held.refused_lines) < MOST_TOLD else []
        held.read_bytes = file.tell()
        is_last = held.read_bytes >= held.size
    added = insert(set(numbers), held.list_label, held.starts_at, held.actor)
    held.added, held.known = held.added + added, held.known + len(numbers) - added
    return is_last


def _given(line: bytes) -> str:
    """What stands in the first column."""
    text = line.decode("utf-8-sig", errors="replace").translate(_SIGNS)
    cells = next(csv.reader([text.strip()]), [])
    return cells[0].strip() if cells else ""


def _end(held: BlockListFile, now: datetime) -> None:
    held.ended_at, held.status = now, Status.DONE if held.added or held.known else Status.FAILED
    _throw_away(held)
    detail = {"list": held.list_label, "added": held.added, "known": held.known, "refused": held.refused}
    if held.status == Status.DONE:
        publish(SuppressionListChanged(name_of_list=held.list_label, added=held.added, ended=0, at=now), now=now)
    action = "suppression.list_added" if held.status == Status.DONE else "suppression.list_failed"
    record(actor=held.actor, action=action, subject=held, now=now, detail=detail)


def _throw_away(held: BlockListFile) -> None:
    name, storage = str(held.file.name), held.file.storage
    held.file = ""
    if name:
        transaction.on_commit(lambda: storage.delete(name))
