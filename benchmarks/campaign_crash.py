"""``kill -9`` delivery workers 200 times during a campaign to 5,000 people; count what was sent twice or forgotten.

Campaigns' messages go in groups, so a kill can leave a group in doubt: those are ``unknown``, shown on the campaign's
page, never sent again by themselves. Nothing may stand at the recorder twice, and nothing may be absent there and
counted as sent.
"""

import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from benchmarks.crash import PATIENCE, Recorder, finish, kill_at, recording
from benchmarks.figures import Figure, WorkNotDone, figure
from benchmarks.services import services

KILLS = 200
PEOPLE = 5_000
STEPS = ("claimed", "rendered", "beginning", "handing", "sending", "answered", "written")
PLACES = (2, 11, 23)  # which message of its turn the worker is killed at: early, in the middle, late


def run() -> Iterator[Figure]:
    """Launch, kill, run to the end, count."""
    with services(), recording() as recorder:
        os.environ.update(DELIVERY_LEASE_SECONDS="1.5", DELIVERY_HANDING_SECONDS="1.5", SMTP_TIMEOUT="20")
        forks = multiprocessing.get_context("forkserver")
        forks.set_forkserver_preload(["benchmarks.crash_worker"])
        from django.utils import timezone

        from benchmarks.campaign import launch
        from campaigns.actions.waves import queue_wave

        group = launch(people=PEOPLE).pk
        while queue_wave(campaign_id=group, now=timezone.now()):
            continue
        kills: Counter[str] = Counter()
        began = time.monotonic()
        while kills.total() < KILLS:
            step = STEPS[kills.total() % len(STEPS)]
            _wait_for_work(group)
            kill_at(forks, step, PLACES[kills.total() % len(PLACES)])
            kills[step] += 1
        finish(forks)
        yield from _figures(recorder, kills, group, time.monotonic() - began)


def _wait_for_work(group: Any) -> None:
    """Leases of the killed run out; their messages wait again. Without any left there would be nothing to kill."""
    from engagement.channels.selectors.groups import progress

    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        left = progress(group)
        if left.get("queued", 0) > max(PLACES):
            return
        if not left.get("claimed", 0) and not left.get("handing", 0):
            break
        time.sleep(0.2)
    raise WorkNotDone(f"the campaign was over before {KILLS} kills: {left}")


def _figures(recorder: Recorder, kills: Counter[str], group: Any, seconds: float) -> Iterator[Figure]:
    from engagement.channels.models import Transmission
    from engagement.channels.selectors.groups import progress

    states = dict(Transmission.objects.filter(group_id=group).order_by("key").values_list("external_id", "state"))
    counted = progress(group)
    ends = Counter(states.values())
    if len(states) != PEOPLE or counted != dict(ends) or set(recorder.ids) - set(states):
        raise WorkNotDone(f"{len(states)} messages, {dict(ends)}; the campaign's page says {counted}")
    visible = {name for name, state in states.items() if state in ("unknown", "failed")}
    forgotten = [name for name in states if recorder.ids[name] == 0 and name not in visible]
    twice = [name for name, number in recorder.ids.items() if number > 1]
    spread = ", ".join(f"{number} at {step}" for step, number in sorted(kills.items()))
    yield figure(
        "campaign_crash",
        len(forgotten) + len(twice),
        "messages",
        reference=kills.total(),
        work=f"{kills.total()} × kill -9 ({spread}) in {seconds:.0f} s; {PEOPLE} recipients: "
        f"{len(forgotten)} forgotten, {len(twice)} sent twice, "
        + ", ".join(f"{number} {state}" for state, number in sorted(ends.items())),
    )
    arrived = sum(1 for name, state in states.items() if state == "unknown" and recorder.ids[name])
    yield figure(
        "campaign_crash.unknown",
        ends["unknown"],
        "messages",
        reference=PEOPLE,
        work=f"shown as perhaps sent on the campaign's page and never sent again; {arrived} of them had arrived",
    )
