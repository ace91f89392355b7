"""Tasks of people (``make``, ``complete``…). The Celery tasks of this app are in ``regular``, found through here."""

from collaboration.tasks import regular
from collaboration.tasks.changing import cancel, change_due, complete, reassign, reopen, take
from collaboration.tasks.errors import TaskRefused
from collaboration.tasks.escalating import escalate
from collaboration.tasks.making import make

__all__ = [
    "TaskRefused",
    "cancel",
    "change_due",
    "complete",
    "escalate",
    "make",
    "reassign",
    "regular",
    "reopen",
    "take",
]
