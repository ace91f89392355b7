"""Test a channel by doing what the work will do, and show each step while it runs.

Each kind registers its procedure in ``apps.py``. A test is asked for in a page, and run by a worker: what it proves, it
proves for the machine on which the work is done.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone

from engagement.channels.connection_problems import Problem, problem
from engagement.channels.models import Channel, ChannelTest
from engagement.village.audit import Origin, record
from engagement.village.models import User
from engagement.wakeups import wake

log = structlog.get_logger(__name__)
RUN_CHANNEL_TESTS = "engagement.channels.tasks.run_channel_tests"
ABANDONED_AFTER = timedelta(minutes=4)
MAX_KEPT = 20
Status = ChannelTest.Status


class StepFailed(Exception):
    """A step did not succeed; nothing after it is tried."""

    def __init__(self, found: Problem) -> None:
        super().__init__(found["code"])
        self.problem = found


class Report:
    """The steps of one test, written where people watch them."""

    def __init__(self, test: ChannelTest, *, clock: Callable[[], datetime] = timezone.now) -> None:
        self.test, self.clock = test, clock

    def plan(self, *steps: tuple[str, dict[str, Any]]) -> None:
        """Say which steps there will be, with values for their names."""
        self.test.steps = [
            {"code": code, "state": "pending", "values": values, "problem": {}} for code, values in steps
        ]
        self._save()

    def begin(self, code: str) -> None:
        """Show that a step runs."""
        self._set(code, "running")

    def passed(self, code: str) -> None:
        """Show that a step succeeded."""
        self._set(code, "passed")

    def skipped(self, code: str, why: Problem) -> None:
        """Show that a step was left out, and why."""
        self._set(code, "skipped", why)

    def alive(self) -> None:
        """Say that the test still runs, while it waits."""
        self.test.touched_at = self.clock()
        self.test.save(update_fields=["touched_at"])

    def finish(self, failure: Problem | None = None) -> None:
        """End the test. The step that runs has failed for ``failure``."""
        if failure is not None:
            running = next((step for step in self.test.steps if step["state"] == "running"), None)
            if running is None:
                self.test.steps = [*self.test.steps, {"code": "start", "values": {}}]
                running = self.test.steps[-1]
            running |= {"state": "failed", "problem": failure}
        self.test.status = Status.FAILED if failure else Status.PASSED
        self.test.finished_at = self.clock()
        self._save()

    def _set(self, code: str, state: str, why: Problem | None = None) -> None:
        for step in self.test.steps:
            if step["code"] == code:
                step |= {"state": state, "problem": why or {}}
        self._save()

    def _save(self) -> None:
        self.test.touched_at = self.clock()
        self.test.save(update_fields=["steps", "status", "touched_at", "finished_at"])


# Raises StepFailed; what else it raises ends the test as interrupted.
Procedure = Callable[[Channel, ChannelTest, Report], None]
_procedures: dict[str, Procedure] = {}


class ProcedureAlreadyRegistered(Exception):
    """Two tests for one kind of channel."""


def register_test(kind: str, procedure: Procedure) -> None:
    """Say how channels of ``kind`` are tested. Raises ProcedureAlreadyRegistered."""
    if _procedures.get(kind, procedure) is not procedure:
        raise ProcedureAlreadyRegistered(kind)
    _procedures[kind] = procedure


def tested_kinds() -> list[str]:
    """Return the kinds of channel that can be tested."""
    return sorted(_procedures)


def request_test(
    *, channel: Channel, actor: User | None, origin: Origin, now: datetime, recipient: str = ""
) -> ChannelTest:
    """Have a channel tested; return the test that runs already, if one does. Call outside of a transaction."""
    _end_abandoned(channel, now)
    test = ChannelTest(
        channel=channel, requested_by=actor, recipient=recipient[:320], created_at=now, touched_at=now, steps=[]
    )
    try:
        with transaction.atomic():
            test.save(force_insert=True)
            record(actor=actor, action="channel.tested", subject=channel, now=now, origin=origin)
            _forget_old(channel)
            transaction.on_commit(lambda: wake(RUN_CHANNEL_TESTS))
    except IntegrityError:
        return ChannelTest.objects.filter(channel=channel, finished_at=None).order_by("-id")[0]
    return test


def newest_test(channel: Channel, *, now: datetime) -> ChannelTest | None:
    """Return the last test of a channel; one whose worker died is ended first."""
    _end_abandoned(channel, now)
    return ChannelTest.objects.filter(channel=channel).order_by("-id").first()


def run_waiting() -> int:
    """Run each test that waits; return how many. Any number of workers may do so at once."""
    count = 0
    while (test := _claim(timezone.now())) is not None:
        run_test(test)
        count += 1
    return count


def run_test(test: ChannelTest) -> None:
    """Do the steps. Whatever happens, the test ends, and says how."""
    report = Report(test)
    try:
        channel = Channel.objects.get(pk=test.channel_id)
        _procedures[channel.kind](channel, test, report)
    except StepFailed as error:
        report.finish(error.problem)
    except ValueError as error:  # a sealed value that no key opens, among others
        log.warning("channel_test_failed", channel=str(test.channel_id), error=str(error))
        report.finish(problem("sealed"))
    except Exception:
        report.finish(problem("interrupted"))
        raise
    else:
        report.finish()


def _claim(now: datetime) -> ChannelTest | None:
    with transaction.atomic():
        rows = ChannelTest.objects.select_for_update(skip_locked=True, of=("self",))
        test = rows.filter(status=Status.WAITING).order_by("id").first()
        if test is not None:
            test.status, test.touched_at = Status.RUNNING, now
            test.save(update_fields=["status", "touched_at"])
    return test


def _end_abandoned(channel: Channel, now: datetime) -> None:
    old = ChannelTest.objects.filter(channel=channel, finished_at=None, touched_at__lt=now - ABANDONED_AFTER)
    for test in old.order_by("id"):
        Report(test, clock=lambda: now).finish(problem("interrupted"))


def _forget_old(channel: Channel) -> None:
    rows = ChannelTest.objects.filter(channel=channel)
    kept = list(rows.order_by("-id").values_list("id", flat=True)[:MAX_KEPT])
    rows.exclude(pk__in=kept).delete()
