"""A test of a channel as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext, gettext_noop

from engagement.channels.channel_tests import newest_test
from engagement.channels.connection_problems import describe
from engagement.channels.models import Channel, ChannelTest

_NO_WORKER_AFTER = timedelta(seconds=20)
_LABELS = {
    "smtp": gettext_noop("Sign in to %(host)s, port %(port)s (SMTP)"),
    "imap": gettext_noop("Sign in to %(host)s, port %(port)s, and open the folder %(folder)s (IMAP)"),
    "send": gettext_noop("Send a message to %(address)s"),
    "return": gettext_noop("See the message come back to %(address)s"),
    "read": gettext_noop("Read the message here"),
    "remove": gettext_noop("Delete the message of the test from the mailbox"),
    "account": gettext_noop("Sign in at the provider"),
    "number": gettext_noop("See that messages to %(address)s come here"),
    "receipt": gettext_noop("Get the receipt of the provider"),
    "start": gettext_noop("Start the test"),
}


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One line; ``state`` is pending, running, passed, failed or skipped."""

    label: str
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class ShownTest:
    """The last test of a channel. ``has_no_worker``: it waits longer than a worker needs to begin."""

    test: ChannelTest
    steps: list[ShownStep]
    has_no_worker: bool

    @property
    def is_partial(self) -> bool:
        """Whether it passed with steps left out."""
        return any(step.state == "skipped" for step in self.steps)


def shown_test(channel: Channel, *, now: datetime) -> ShownTest | None:
    """Return the last test of a channel in the reader's language."""
    test = newest_test(channel, now=now)
    if test is None:
        return None
    has_no_worker = test.status == ChannelTest.Status.WAITING and now - test.created_at > _NO_WORKER_AFTER
    return ShownTest(test, [_shown(step) for step in test.steps], has_no_worker)


def _shown(step: dict[str, Any]) -> ShownStep:
    values = {"host": "", "port": "", "folder": "", "address": ""} | step.get("values", {})
    label = _LABELS.get(step["code"], _LABELS["start"])
    return ShownStep(gettext(label) % values, step["state"], describe(step.get("problem")))
