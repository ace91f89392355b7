"""One nudge for the relay, however many events are waiting; beat sweeps up what a lost nudge leaves behind."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

from engagement.wakeups import wake

_inline: ContextVar[bool] = ContextVar("relay_runs_inline", default=False)


def wake_relay() -> None:
    """Ask a worker to run the relay soon, unless this process is about to run it itself."""
    if not _inline.get():
        wake("engagement.events.tasks.relay")


@contextlib.contextmanager
def relayed_inline() -> Iterator[None]:
    """Promise that the code inside runs the relay itself before it ends."""
    token = _inline.set(True)
    try:
        yield
    finally:
        _inline.reset(token)
