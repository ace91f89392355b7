"""The name of the task that reads what came in, for everyone who wakes it."""

from engagement.wakeups import wake

PROCESS_INBOUND = "engagement.channels.tasks.process_inbound"


def wake_reading() -> None:
    """Ask a worker to read what waits. Call it after the commit."""
    wake(PROCESS_INBOUND)
