"""Room on the disks that this process writes to, and how to know that an error says there is none."""

import errno
import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage

MIN_FREE_BYTES = 256 * 1024 * 1024
_FULL = (errno.ENOSPC, errno.EDQUOT)
_DISK_FULL = "53100"  # PostgreSQL's disk_full


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """The disk of ``path``: bytes in all and free."""

    path: str
    total: int
    free: int

    @property
    def is_low(self) -> bool:
        """Whether so little is left that mail and uploads may not be stored."""
        return self.free < min(MIN_FREE_BYTES, self.total // 20)


def disk_spaces() -> list[DiskSpace]:
    """Return the disks of attachments and of our own files, each once; none for files in a bucket."""
    places = [settings.VAR]
    if isinstance(default_storage, FileSystemStorage) or hasattr(default_storage, "location"):
        places.append(Path(str(getattr(default_storage, "location", settings.VAR))))
    found: dict[int, DiskSpace] = {}
    for place in places:
        there = next((path for path in (place, *place.parents) if path.exists()), None)
        if there is not None:
            usage = shutil.disk_usage(there)
            found.setdefault(there.stat().st_dev, DiskSpace(str(there), usage.total, usage.free))
    return list(found.values())


def disk() -> str:
    """Say whether there is room: ``ok``, or how little is left."""
    low = [space.free for space in disk_spaces() if space.is_low]
    return f"{min(low) // 1024 // 1024} MB left" if low else "ok"


def is_disk_full(error: BaseException | None) -> bool:
    """Say whether an error, or what caused it, is that a disk has no room: ours, or the database's."""
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        if getattr(error, "sqlstate", None) == _DISK_FULL:
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False
