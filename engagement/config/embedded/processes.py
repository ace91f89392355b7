"""Starting and ending processes so that none outlives its purpose."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

import psutil

from engagement.config.embedded.account import Account
from engagement.config.embedded.failure import EmbeddedFailure

_PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def dies_with_parent(death_signal: int) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends `death_signal` to the child when the calling thread ends.

    Linux only, see prctl(2) PR_SET_PDEATHSIG; elsewhere orphans are found by the next start. The
    child must be made in the main thread, because a thread's end counts as the parent's.
    """
    parent = os.getpid()

    def arrange() -> None:
        if _prctl is not None:
            _prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return arrange


def end_with_parent(death_signal: int) -> None:
    """The kernel sends `death_signal` to this process when its parent ends. Linux only."""
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)


def spawn(
    command: Sequence[str],
    *,
    account: Account,
    output: IO[bytes],
    death_signal: int,
    typed: IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, as `account`, with output and errors going to `output`.

    `typed` becomes its standard input. Raises EmbeddedFailure when this process may not become `account`.
    """
    other = account.other
    try:
        return subprocess.Popen(
            list(command),
            stdin=typed or subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            start_new_session=True,
            preexec_fn=dies_with_parent(death_signal),
            user=account.uid if other else None,
            group=account.gid if other else None,
            extra_groups=[] if other else None,
        )
    except PermissionError as refused:
        raise EmbeddedFailure(
            f"Could not start {command[0]} as the user {account.name}: {refused.strerror}."
        ) from refused


def working_in(directory: Path, *, name: str) -> list[psutil.Process]:
    """Running processes called `name` whose working directory is `directory`, parents before children."""
    wanted = str(directory.resolve())
    found = [
        process
        for process in psutil.process_iter(["name", "cwd", "create_time"])
        if process.info["name"] == name and process.info["cwd"] == wanted
    ]
    members = {process.pid for process in found}
    return sorted(found, key=lambda process: (process.ppid() in members, process.info["create_time"]))


def end_orphans(directory: Path, *, name: str, polite: int, patience: float) -> int:
    """End what a killed supervisor left running in `directory`; how many processes there were.

    The oldest gets `polite` first and takes its children along; what is left after `patience`
    seconds is killed.
    """
    orphans = working_in(directory, name=name)
    if not orphans:
        return 0
    _signal(orphans[:1], polite)
    _gone, left = psutil.wait_procs(orphans, timeout=patience)
    _signal(left, signal.SIGKILL)
    psutil.wait_procs(left, timeout=5)
    return len(orphans)


def end(process: subprocess.Popen[bytes], *steps: tuple[int, float]) -> None:
    """Send each signal in turn, and wait its seconds, until the process has ended; SIGKILL comes last."""
    for number, patience in steps:
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    if process.poll() is None:
        process.kill()
        process.wait(5)


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], *, seconds: float) -> bool:
    """True as soon as `ready()`; False when the process ended or the time is over before that."""
    deadline = time.monotonic() + seconds
    pause = 0.005
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        if ready():
            return True
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
    return False


def _signal(processes: Sequence[psutil.Process], number: int) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue
