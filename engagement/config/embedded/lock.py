"""One owner per folder: an advisory lock that the kernel drops when its owner dies, however it dies."""

import fcntl
import os
from pathlib import Path
from typing import IO

from engagement.config.embedded.failure import EmbeddedFailure


class FolderBusy(EmbeddedFailure):
    """Another process holds the lock of this folder; `pid` is its process, 0 when it is unknown."""

    def __init__(self, message: str, *, pid: int) -> None:
        super().__init__(message)
        self.pid = pid


class FolderLock:
    """An flock(2) on one file. Children never inherit it, so an orphan cannot hold it."""

    def __init__(self, path: Path, *, folder: Path | None = None) -> None:
        """`folder` is what the sentence names when it is not the lock's own."""
        self.path = path
        self._folder = folder or path.parent
        self._file: IO[str] | None = None

    def acquire(self, *, what: str) -> None:
        """Take the lock or raise FolderBusy, which names `what` and the process that holds it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            file = open(self.path, "a+", encoding="ascii")  # noqa: SIM115 - it stays open while we hold it
        except PermissionError as refused:
            raise EmbeddedFailure(
                f"{self.path} belongs to another user. Start Vilarejo as the user who started it first."
            ) from refused
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            pid = _pid_in(file)
            file.close()
            holder = f" (process {pid})" if pid else ""
            raise FolderBusy(
                f"{what} is already running in this folder{holder}: {self._folder}. "
                f"Stop it first with Ctrl-C in its terminal{f' or kill {pid}' if pid else ''}.",
                pid=pid,
            ) from held
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let the next one in. Safe to repeat."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _pid_in(file: IO[str]) -> int:
    file.seek(0)
    text = file.read().strip()
    return int(text) if text.isdigit() else 0
