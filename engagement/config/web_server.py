"""``python -m engagement.config.web_server``: granian, whose lost workers are back at once.

The application is loaded once, in the parent; each worker is forked from there and serves in a moment, where loading it
anew takes seconds. And granian's own rule, to end altogether when a worker is lost twice within 5.5 seconds, does not
hold: a stranger's request or the kernel's lack of memory may kill two, and that must not end the pages for everybody.
What cannot be loaded ends the parent at its start; the supervisor then waits longer each time.
"""

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from typing import Any

from granian import cli
from granian.server import Server

from engagement.config import request_time

_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE = 5.0
_CALM_SECONDS = 30.0
_SLOTS = 64
_WATCH_SECONDS = 1.0
_beats = multiprocessing.Array("d", _SLOTS, lock=False)  # when each worker last beat; shared with them
_parent = os.getpid()
_slot: int | None = None  # of the worker that is forked next


def _begin_to_beat() -> None:
    """In a worker that was just forked: let the parent see that it goes on."""
    if _slot is not None and os.getppid() == _parent:
        threading.Thread(target=request_time.beat, args=(_beats, _slot), name="beat", daemon=True).start()


class _NoRespawn(dict[int, float]):
    """When each worker was respawned, as granian asks: never lately."""

    def get(self, _index: int, default: Any = None) -> float:  # type: ignore[override]
        return float("-inf")


class LastingServer(Server):  # type: ignore[misc,valid-type]
    """Respawns whatever is lost, for as long as it runs, more slowly when it goes on and on."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.respawned_wrks = _NoRespawn()
        self._lost_at = 0.0
        self._pause = _PAUSE_SECONDS
        self._taken = 0
        self._slot_of: dict[int, int] = {}
        threading.Thread(target=self._watch, name="stalled", daemon=True).start()

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> Any:
        global _slot
        self._taken += 1
        _slot = self._slot_of[idx] = self._taken % _SLOTS
        _beats[_slot] = 0.0
        return super()._spawn_worker(idx=idx, target=target, callback_loader=callback_loader)

    def _watch(self) -> None:
        """Kill a worker that does not beat: it is respawned like every other that was lost."""
        while True:
            before = time.monotonic()
            time.sleep(_WATCH_SECONDS)
            now = time.monotonic()
            if now - before > 5 * _WATCH_SECONDS:  # the machine slept, or is too busy to tell
                continue
            for index, worker in enumerate(list(self.wrks)):
                slot = self._slot_of.get(index, 0)
                if request_time.is_stalled(_beats[slot], now, limit=request_time.STALL_SECONDS):
                    _beats[slot] = 0.0
                    with contextlib.suppress(OSError, TypeError):
                        os.kill(worker.inner.pid, signal.SIGKILL)

    def _respawn_workers(self, workers: list[int], spawn_target: Any, target_loader: Any, delay: float = 0) -> None:
        now = time.monotonic()
        calm = now - self._lost_at > _CALM_SECONDS
        self._pause = _PAUSE_SECONDS if calm else min(self._pause * 1.5, _LONGEST_PAUSE)
        self._lost_at = now
        if not calm:
            time.sleep(self._pause)
        super()._respawn_workers(workers, spawn_target, target_loader, delay)


def main() -> None:
    """Load the application, then do what granian's command line says."""
    import engagement.config.wsgi  # noqa: F401 - loaded before any worker is forked

    os.register_at_fork(after_in_child=_begin_to_beat)
    multiprocessing.set_start_method("fork", force=True)
    cli.Server = LastingServer  # type: ignore[attr-defined]
    cli.entrypoint()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
