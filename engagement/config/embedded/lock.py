"""One owner per folder: an advisory lock that the kernel drops when its owner dies, however it dies."""

import fcntl
import os
import time
from pathlib import Path
from typing import IO

from engagement.config.embedded.failure import EmbeddedFailure

_ENDING = "ending"
_ENDING_SECONDS = 10.0


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
        """Take the lock or raise FolderBusy, which names `what` and the process that holds it.

        When the holder has said that it is about to end, wait for that, up to ten seconds.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            file = open(self.path, "a+", encoding="ascii")  # noqa: SIM115 - it stays open while we hold it
        except PermissionError as refused:
            raise EmbeddedFailure(
                f"{self.path} belongs to another user. Start Vilarejo as the user who started it first."
            ) from refused
        deadline = time.monotonic() + _ENDING_SECONDS
        while not _locked(file):
            pid, ending = _holder(file)
            if ending and time.monotonic() < deadline:
                time.sleep(0.05)
                continue
            file.close()
            holder = f" (process {pid})" if pid else ""
            raise FolderBusy(
                f"{what} is already running in this folder{holder}: {self._folder}. "
                f"Stop it first with Ctrl-C in its terminal{f' or kill {pid}' if pid else ''}.",
                pid=pid,
            )
        self._file = file
        self._write(f"{os.getpid()}\n")

    def announce_end(self) -> None:
        """Say that this process is about to end, so that the next one waits instead of giving up."""
        self._write(f"{os.getpid()} {_ENDING}\n")

    def release(self) -> None:
        """Let the next one in. Safe to repeat."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, text: str) -> None:
        if self._file is not None:
            self._file.truncate(0)
            self._file.write(text)
            self._file.flush()


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: IO[str]) -> tuple[int, bool]:
    """The process that holds the lock, 0 when unknown, and whether it is about to end."""
    file.seek(0)
    pid, _space, state = file.read().strip().partition(" ")
    return int(pid) if pid.isdigit() else 0, state == _ENDING
