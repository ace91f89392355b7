"""What a killed supervisor left behind.

Every child carries the folder it belongs to in its environment, so the next start recognises its
orphans, and only them, whoever their parent is now.
"""

import os
from pathlib import Path

import psutil

MARK = "VILAREJO_FOLDER"


def orphans(var: Path) -> list[psutil.Process]:
    """Processes that an earlier supervisor of this folder started and that still run."""
    ours = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return [process for process in psutil.process_iter() if process.pid not in ours and _mark(process) == str(var)]


def end_orphans(var: Path) -> int:
    """Kill them, and say how many there were. Only for the one who holds the folder's lock."""
    found = orphans(var)
    for process in found:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(found, timeout=5)
    return len(found)


def _mark(process: psutil.Process) -> str | None:
    try:
        environment: dict[str, str] = process.environ()
    except (psutil.Error, OSError):
        return None
    return environment.get(MARK)
