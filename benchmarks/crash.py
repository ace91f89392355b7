"""Kill a delivery worker with ``kill -9`` at each step of delivery, 200 times in all; count what was lost or doubled.

A message must stand at the recorder exactly once, or be shown to people as perhaps sent or failed: never twice,
never absent and believed to be sent.
"""

import multiprocessing
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from email.parser import BytesHeaderParser
from typing import Any

from benchmarks.figures import Figure, WorkNotDone, figure
from benchmarks.services import services

KILLS = 200
STEPS = ("claimed", "rendered", "beginning", "handing", "sending", "answered", "written")
BATCH = 3  # messages queued before each kill; the worker is killed at the second, so that others are under way
PATIENCE = 60.0


class Recorder:
    """An SMTP server (aiosmtpd) that answers 250 and counts each Message-ID."""

    def __init__(self) -> None:
        self.ids: Counter[str] = Counter()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        header = BytesHeaderParser().parsebytes(envelope.content)
        self.ids[header["Message-ID"].strip("<>")] += 1
        return "250 2.0.0 recorded"


def run() -> Iterator[Figure]:
    """Kill, restart, run to the end, count."""
    with services(), recording() as recorder:
        os.environ.update(DELIVERY_LEASE_SECONDS="1.5", DELIVERY_HANDING_SECONDS="1.5", SMTP_TIMEOUT="20")
        forks = multiprocessing.get_context("forkserver")
        forks.set_forkserver_preload(["benchmarks.crash_worker"])
        kills: Counter[str] = Counter()
        while kills.total() < KILLS:
            step = STEPS[kills.total() % len(STEPS)]
            _queue(BATCH)
            kill_at(forks, step)
            kills[step] += 1
        finish(forks)
        yield from _figures(recorder, kills)


class recording:  # noqa: N801 - used like a function
    """Run a Recorder on a free port of loopback and name it in SMTP_URL."""

    def __enter__(self) -> Recorder:
        import asyncio

        from aiosmtpd.smtp import SMTP

        recorder = Recorder()
        self.loop = asyncio.new_event_loop()
        server = self.loop.run_until_complete(
            self.loop.create_server(lambda: SMTP(recorder, loop=self.loop, hostname="recorder"), "127.0.0.1", 0)
        )
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        os.environ["SMTP_URL"] = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}?tls=never"
        return recorder

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)


def _queue(number: int) -> None:
    from django.db import transaction
    from django.utils import timezone

    from engagement.channels.actions.transmit import transmit
    from engagement.channels.models import Channel
    from engagement.keys import new_key

    channel, _ = Channel.objects.get_or_create(kind="email", address="care@pedralva.example", defaults={"name": "Care"})
    for _number in range(number):
        key, now = new_key(), timezone.now()
        with transaction.atomic():
            transmit(
                channel=channel,
                unique_key=str(key),
                purpose="conversation",
                source="bench",
                source_id=key,
                recipients=[{"address": "ana@cliente.example", "name": "Ana", "role": "to"}],
                external_id=f"{key}@pedralva.example",
                not_before=now,
                profile_id=None,
                requested_by=None,
                now=now,
            )


def kill_at(forks: Any, step: str, nth: int = 2) -> None:
    """Start a worker, wait until it stands still at ``step`` of its message number ``nth``, kill it."""
    from benchmarks import crash_worker

    ours, theirs = forks.Pipe(duplex=False)
    process = forks.Process(target=crash_worker.work, args=(step, nth, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(PATIENCE):
            raise WorkNotDone(f"the worker did not reach “{step}” within {PATIENCE:.0f} s")
        ours.recv()
    except EOFError as error:
        raise WorkNotDone(f"the worker ended by itself before “{step}”") from error
    finally:
        process.kill()
        process.join()
        ours.close()


def finish(forks: Any) -> None:
    """Let two workers bring everything to an end."""
    from benchmarks import crash_worker

    ends = [forks.Pipe(duplex=False) for _ in range(2)]
    workers = [forks.Process(target=crash_worker.work, args=("", 0, theirs), daemon=True) for _, theirs in ends]
    for process in workers:
        process.start()
    until = time.monotonic() + 2 * PATIENCE
    for process in workers:
        process.join(max(0.0, until - time.monotonic()))
        if process.exitcode != 0:
            process.kill()
            raise WorkNotDone(f"messages were still on their way at {datetime.now().astimezone():%H:%M:%S}")


def _figures(recorder: Recorder, kills: Counter[str]) -> Iterator[Figure]:
    from engagement.channels.actions.transmit import NEEDS_ATTENTION
    from engagement.channels.models import Transmission

    states = dict(Transmission.objects.order_by("key").values_list("external_id", "state"))
    visible = set(
        Transmission.objects.filter(state__in=NEEDS_ATTENTION, settled_at=None).values_list("external_id", flat=True)
    )
    lost = [name for name in states if recorder.ids[name] == 0 and name not in visible]
    twice = [name for name, count in recorder.ids.items() if count > 1]
    strangers = set(recorder.ids) - set(states)
    if strangers or len(states) != KILLS * BATCH:
        raise WorkNotDone(f"{len(states)} messages were queued, {len(strangers)} unknown ones were sent")
    ends = Counter(states.values())
    spread = ", ".join(f"{number} at {step}" for step, number in sorted(kills.items()))
    yield figure(
        "crash",
        len(lost) + len(twice),
        "messages",
        reference=kills.total(),
        work=f"{kills.total()} × kill -9 ({spread}); {len(states)} messages: "
        f"{len(lost)} lost, {len(twice)} sent twice, "
        + ", ".join(f"{number} {state}" for state, number in sorted(ends.items())),
    )
    risked = sum(kills[step] for step in ("handing", "sending", "answered"))
    arrived = sum(1 for name, state in states.items() if state == "unknown" and recorder.ids[name])
    yield figure(
        "crash.unknown",
        ends["unknown"],
        "messages",
        reference=risked,
        work=f"shown as perhaps sent after {risked} kills during the hand-over; {arrived} had arrived",
    )
