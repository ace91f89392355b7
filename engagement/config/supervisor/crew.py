"""Servers and children that live together and end together."""

import asyncio
import contextlib
import signal
import subprocess
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

from engagement.config.supervisor.child import Child
from engagement.config.supervisor.console import rotate_open, say

GRACE_SECONDS = 3.0  # of the five in which everything ends; the servers need the rest


class Server(Protocol):
    """An embedded PostgreSQL or Valkey."""

    process: subprocess.Popen[bytes] | None
    log: Path

    def restart(self) -> None: ...
    def stop(self, *, patience: float) -> None: ...


class Crew:
    """`work()` runs everything until `end()` or a signal."""

    def __init__(self, *, servers: Sequence[Server], children: Sequence[Child], ending: Callable[[], None]) -> None:
        """`ending` is told once, when the end begins."""
        self._servers = servers
        self._children = children
        self._ending = ending
        self._end = asyncio.Event()
        self._asked = 0

    async def work(self, *, first_is_up: Callable[[], Awaitable[None]], greet: Callable[[], Awaitable[None]]) -> None:
        """Start the first child, the others when `first_is_up()`, then `greet()`; return when all ended."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                loop.add_signal_handler(number, self.end)
        running = [asyncio.create_task(child.keep_running(), name=child.program.name) for child in self._children[:1]]
        watching = [asyncio.create_task(self._watch(server)) for server in self._servers]
        starting = asyncio.create_task(self._start_others(running, first_is_up, greet))
        try:
            await self._until_end(starting, *running, *watching)
        finally:
            self._ending()
            say("Stopping …")
            await _cancelled(starting, *watching)
            await self._end_children(running)
            for server in reversed(self._servers):
                server.stop(patience=0.6)

    def end(self) -> None:
        """Ask all to end; asked again, kill them."""
        self._asked += 1
        self._end.set()
        if self._asked > 1:
            for child in self._children:
                child.kill()

    async def _until_end(self, *tasks: "asyncio.Task[None]") -> None:
        """Until `end()`; an error in one of our own tasks ends everything too, and is raised."""
        ending = asyncio.create_task(self._end.wait())
        pending: set[asyncio.Task[None] | asyncio.Task[bool]] = {ending, *tasks}
        try:
            while not ending.done():
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            ending.cancel()

    async def _start_others(
        self,
        running: "list[asyncio.Task[None]]",
        first_is_up: Callable[[], Awaitable[None]],
        greet: Callable[[], Awaitable[None]],
    ) -> None:
        await first_is_up()
        running += [asyncio.create_task(child.keep_running(), name=child.program.name) for child in self._children[1:]]
        await greet()

    async def _watch(self, server: Server) -> None:
        while True:
            await asyncio.sleep(0.5)
            rotate_open(server.log)
            if server.process is not None and server.process.poll() is not None:
                name, code = type(server).__name__, server.process.returncode
                say(f"{name} ended with code {code}; it is started again.")
                server.restart()
                say(f"{name} runs again.")

    async def _end_children(self, running: "list[asyncio.Task[None]]") -> None:
        for child in self._children:
            child.ask_to_end()
        if running:
            _done, late = await asyncio.wait(running, timeout=GRACE_SECONDS)
            if late:
                names = ", ".join(sorted(task.get_name() for task in late))
                say(f"Killing what did not end in {GRACE_SECONDS:.1f} s: {names}")
        for child in self._children:
            child.kill()
        if running:
            await asyncio.wait(running, timeout=1.0)


async def _cancelled(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task
