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
from django.utils import timezone  # noqa: E402

from benchmarks import campaign  # noqa: E402
from campaigns.actions.waves import queue_wave  # noqa: E402
from campaigns.models import Recipient  # noqa: E402
from engagement.channels.adapters import Accepted, Handover  # noqa: E402
from engagement.channels.delivery import worker  # noqa: E402
from engagement.channels.email.sender import POOL  # noqa: E402
from engagement.channels.email.smtp_server import house_server  # noqa: E402
from engagement.channels.email.smtp_session import Letter  # noqa: E402

TOGETHER = 40
TURN_SECONDS = 2.0  # between two waves
campaign.approve_all()
connections.close_all()


def deliver(channel_id: UUID, campaign_id: UUID, parent: Connection) -> None:
    """Queue the campaign's waves and deliver until all of it has left, as the house's workers do; tell the parent when
    it ended, and the most memory that was in use, in bytes.
    """
    close_old_connections()
    parent.send("ready")
    parent.recv()
    while True:
        queued = queue_wave(campaign_id=campaign_id, now=timezone.now())
        until = time.monotonic() + TURN_SECONDS
        while (sent := worker.run(channel_id=channel_id)) and time.monotonic() < until:
            continue
        if not sent and not queued:
            if not Recipient.objects.filter(campaign_id=campaign_id, state=Recipient.State.WAITING).exists():
                break
            time.sleep(0.01)
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
