"""What the terminal and the log files see: one line at a time, with the name of the one who said it."""

import os
import shutil
import sys
from collections import deque
from pathlib import Path
from typing import IO

_LIMIT = 5 * 1024 * 1024  # bytes of one log file; one older file is kept beside it
_WIDTH = 9


def say(text: str, *, name: str = "vilarejo") -> None:
    """Print the lines of `text` with the name in front. A terminal that went away is no reason to stop."""
    try:
        for line in text.splitlines():
            sys.stdout.write(f"{name:<{_WIDTH}} | {line}\n")
        sys.stdout.flush()
    except (BrokenPipeError, OSError):
        sys.stdout = open("/dev/null", "w", encoding="utf-8")  # noqa: SIM115 - for the rest of our life


def show(text: str) -> None:
    """Print a block as it is."""
    try:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        sys.stdout.flush()
    except (BrokenPipeError, OSError):
        sys.stdout = open("/dev/null", "w", encoding="utf-8")  # noqa: SIM115 - for the rest of our life


class Log:
    """The log file of one child, changed for a fresh one when it has grown, and its last lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.last: deque[str] = deque(maxlen=12)
        self._file: IO[bytes] = self._opened()

    def write(self, line: bytes) -> str:
        """Keep one line, which ends with a newline, and give it back as text without it."""
        self._file.write(line if line.endswith(b"\n") else line + b"\n")
        if self._file.tell() > _LIMIT:
            self._file.close()
            self.path.replace(self.path.with_name(f"{self.path.name}.1"))
            self._file = self._opened()
        text = line.decode("utf-8", errors="replace").rstrip()
        self.last.append(text)
        return text

    def close(self) -> None:
        self._file.close()

    def _opened(self) -> IO[bytes]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return open(self.path, "ab", buffering=0)


def rotate_open(path: Path) -> None:
    """Set a grown log aside while a server goes on writing to it (it appends): copied, then emptied.

    What is written between the two is lost; a log that fills the disk would cost more.
    """
    try:
        if path.stat().st_size > _LIMIT:
            shutil.copyfile(path, path.with_name(f"{path.name}.1"))
            os.truncate(path, 0)
    except OSError as error:
        say(f"{path} could not be set aside: {error.strerror}.")


def rotate(path: Path) -> None:
    """Set a grown log aside before a server, which writes to it directly, is started."""
    if path.exists() and path.stat().st_size > _LIMIT:
        path.replace(path.with_name(f"{path.name}.1"))
