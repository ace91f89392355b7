"""A delivery worker that stands still at a chosen step of a chosen message, so that it can be killed just there.

Imported by multiprocessing's fork server: Django is set up once, and each worker is a fork of that.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from multiprocessing.connection import Connection
from uuid import UUID

import django

django.setup()

from django.db import close_old_connections, connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks import campaign  # noqa: E402
from engagement.channels import renderers  # noqa: E402
from engagement.channels.delivery import claiming, lanes, worker  # noqa: E402
from engagement.channels.email.addresses import Mailbox  # noqa: E402
from engagement.channels.email.composing import OutgoingEmail  # noqa: E402
from engagement.channels.models import Transmission  # noqa: E402

TEXT = "Line of a letter of ordinary length, about an order that has not come.\n" * 40


def render(rows: Sequence[Transmission]) -> Mapping[UUID, OutgoingEmail]:
    """Write each message."""
    return {
        row.key: OutgoingEmail(
            message_id=row.external_id,
            from_=Mailbox("Care", "care@pedralva.example"),
            to=(Mailbox("Ana", row.recipients[0]["address"]),),
            subject="Your order",
            text=TEXT,
            date=row.created_at,
        )
        for row in rows
    }


renderers.register("bench", render)
campaign.approve_all()
connections.close_all()


def work(step: str, nth: int, parent: Connection) -> None:
    """Deliver what is due until killed; stand still when message number ``nth`` reaches ``step``.

    With an empty ``step`` end when nothing is on its way any more.
    """
    close_old_connections()
    seen = 0

    def stand_still(reached: str, key: UUID) -> None:
        nonlocal seen
        if reached != step:
            return
        seen += 1
        if seen == nth:
            parent.send(str(key))
            time.sleep(3600)

    for _ in _turns():
        claiming.recover(now=timezone.now())
        for channel_id in lanes.due_channels(now=timezone.now()):
            while worker.run(channel_id=channel_id, observe=stand_still):
                pass
        if not step and not Transmission.objects.filter(state__in=["queued", "claimed", "handing"]).exists():
            return


def _turns() -> Iterator[None]:
    while True:
        yield
        time.sleep(0.05)
