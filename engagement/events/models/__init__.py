"""The outbox and what became of each event in it."""

from engagement.events.models.lease import Lease
from engagement.events.models.outbox import EventReceipt, OutboxEvent

__all__ = ["EventReceipt", "Lease", "OutboxEvent"]
