"""The life of one child: started, heard, started again when it crashed, ended on request."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engagement.config.embedded.processes import dies_with_parent
from engagement.config.supervisor.console import Log, say

_LONGEST_LINE = 64 * 1024
_CALM_SECONDS = 60.0  # who lived this long begins again with the shortest pause
_LONGEST_PAUSE = 30.0


@dataclass(frozen=True)
class Program:
    """What to run. `stop_signal` asks it to end by itself."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    loud: bool = True


class Child:
    """Keeps one program running until it is told to end."""

    def __init__(self, program: Program, *, folder: Path, environment: Mapping[str, str], logs: Path) -> None:
        self.program = program
        self.crashes = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._folder = folder
        self._environment = {**environment, **program.environment}
        self._log = Log(logs / f"{program.name}.log")
        self._ending = asyncio.Event()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def keep_running(self) -> None:
        """Run the program again and again, after a pause that doubles up to 30 s, until `end()`."""
        pause = 1.0
        while not self._ending.is_set():
            began = time.monotonic()
            code = await self._run_once()
            if self._ending.is_set():
                break
            self.crashes += 1
            pause = 1.0 if time.monotonic() - began > _CALM_SECONDS else pause
            self._report(code, pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        self._log.close()

    def ask_to_end(self) -> None:
        """Send the stop signal to the program itself; it deals with its own children."""
        self._ending.set()
        if self.process is not None and self.is_running:
            self.process.send_signal(self.program.stop_signal)

    def kill(self) -> None:
        """Kill the program with all that it started."""
        self._ending.set()
        if self.process is not None:
            _kill_group(self.process.pid)

    async def _run_once(self) -> int:
        output, words = os.pipe()
        self._log.last.clear()
        self.process = process = self._spawned(words)
        os.close(words)
        lines = asyncio.StreamReader(limit=_LONGEST_LINE)
        pipe, _protocol = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), os.fdopen(output, "rb", buffering=0)
        )
        listening = asyncio.create_task(self._listen(lines))
        await _ended(process)
        _kill_group(process.pid)  # what it left running would hold its ports
        code = _reaped(process)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(listening, 1.0)
        pipe.close()
        return code

    def _spawned(self, output: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            list(self.program.command),
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            umask=0o077,  # what it writes is about people: for the account that runs it, and nobody else
            preexec_fn=dies_with_parent(signal.SIGKILL),
        )

    async def _listen(self, output: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await output.readuntil(b"\n")
            except asyncio.IncompleteReadError as end:
                line = end.partial
            except asyncio.LimitOverrunError as long:
                line = await output.readexactly(long.consumed)
            if not line:
                return
            text = self._log.write(line)
            if self.program.loud:
                say(text, name=self.program.name)

    def _report(self, code: int, pause: float) -> None:
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with code {code}"
        last = "".join(f"\n    {line}" for line in self._log.last)
        story = f"Its last lines ({self._log.path}):{last}" if last else "It said nothing."
        say(f"ended {how}; it is started again in {pause:.0f} s. {story}", name=self.program.name)


async def _ended(process: subprocess.Popen[bytes]) -> None:
    """Until the process has ended, without reaping it: its number stays taken, so its group is its own."""
    try:
        handle = os.pidfd_open(process.pid)
    except (AttributeError, OSError):  # not Linux, or an old one
        while not _has_ended(process.pid):  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.1)
        return
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(handle, over.set)
    try:
        await over.wait()
    finally:
        loop.remove_reader(handle)
        os.close(handle)


def _has_ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _reaped(process: subprocess.Popen[bytes]) -> int:
    """The exit code; only for a process that has ended, so nothing waits."""
    return process.wait()


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
