"""A sender that waits for a sign and then sends as fast as it can: the house's delivery worker, or the bare pool.

Imported by multiprocessing's fork server: Django is set up once, and each worker is a fork of that.
"""

import resource
import time
from multiprocessing.connection import Connection
from uuid import UUID

import django

django.setup()

from django.db import close_old_connections, connections  # noqa: E402

from benchmarks import campaign  # noqa: E402
from engagement.channels.adapters import Accepted, Handover  # noqa: E402
from engagement.channels.delivery import worker  # noqa: E402
from engagement.channels.email.sender import POOL  # noqa: E402
from engagement.channels.email.smtp_server import house_server  # noqa: E402
from engagement.channels.email.smtp_session import Letter  # noqa: E402

TOGETHER = 20
campaign.register()
connections.close_all()


def deliver(channel_id: UUID, parent: Connection) -> None:
    """Deliver until nothing is due; tell the parent when it ended, and the most memory that was in use, in bytes."""
    close_old_connections()
    parent.send("ready")
    parent.recv()
    while worker.run(channel_id=channel_id):
        pass
    parent.send((time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024))


def push(number: int, contents: list[bytes], together: bool, parent: Connection) -> None:
    """Push ready-made bytes through the pooled sender, one by one or pipelined."""
    server = house_server()
    letters = [
        Letter(campaign.ADDRESS, [f"pessoa{place}@cliente.example"], contents[place % len(contents)])
        for place in range(number)
    ]
    parent.send("ready")
    parent.recv()
    step = TOGETHER if together else 1
    for start in range(0, number, step):
        few = letters[start : start + step]
        handover = Handover(begin=lambda: True, observe=lambda _step: None)
        found = (
            POOL.send_together(server, few, lambda _step, _place: None)
            if together
            else [POOL.send(server, few[0], handover)]
        )
        if not all(isinstance(outcome, Accepted) for outcome in found):
            raise RuntimeError(f"the sink did not take a message: {found}")
    parent.send((time.monotonic(), 0))
