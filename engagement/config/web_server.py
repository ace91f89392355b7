"""``python -m engagement.config.web_server``: granian, whose lost workers are back at once.

The application is loaded once, in the parent; each worker is forked from there and serves in a moment, where loading it
anew takes seconds. And granian's own rule, to end altogether when a worker is lost twice within 5.5 seconds, does not
hold: a stranger's request or the kernel's lack of memory may kill two, and that must not end the pages for everybody.
What cannot be loaded ends the parent at its start; the supervisor then waits longer each time.
"""

import multiprocessing
import time
from typing import Any

from granian import cli
from granian.server import Server

_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE = 5.0
_CALM_SECONDS = 30.0


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

    multiprocessing.set_start_method("fork", force=True)
    cli.Server = LastingServer
    cli.entrypoint()


if __name__ == "__main__":
    main()
