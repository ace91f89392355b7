"""An e-mail campaign of 50,000 distinct messages: queued, gated, rendered, persisted and taken by Postfix' smtp-sink,
with two worker processes; beside it the bare pooled sender of the same two processes with ready-made bytes.

``smtp-sink`` is Debian's package postfix (apt-get install --no-install-recommends postfix).
"""

import multiprocessing
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.figures import Figure, WorkNotDone, figure
from benchmarks.services import services

MESSAGES = 50_000
BARE = 20_000
WORKERS = 2
RATE = 1_000.0  # messages a second
MEMORY = 200.0  # megabytes a worker
DISTINCT = 500  # ready-made messages of the bare sender
PATIENCE = 900.0


def run() -> Iterator[Figure]:
    """Push ready-made bytes, deliver a campaign, push again pipelined."""
    with services(), _sink() as url:
        os.environ["SMTP_URL"] = url  # services() forgets any other; the fork server's settings read it
        forks = multiprocessing.get_context("forkserver")
        forks.set_forkserver_preload(["benchmarks.send_worker"])
        from django.utils import timezone

        from benchmarks import campaign, send_worker
        from campaigns.actions.waves import queue_wave
        from campaigns.renderer import render
        from engagement.channels.models import Transmission
        from engagement.channels.selectors.groups import progress

        sent = campaign.launch(people=MESSAGES)
        queue_wave(campaign_id=sent.pk, now=timezone.now(), limit=DISTINCT)
        contents = [made.content for made in render(list(Transmission.objects.filter(group_id=sent.pk))).values()]
        share = BARE // WORKERS
        bare = BARE / _seconds(forks, send_worker.push, (share, contents, False))[0]
        pipelined = BARE / _seconds(forks, send_worker.push, (share, contents, True))[0]
        seconds, memory = _seconds(forks, send_worker.deliver, (sent.email_channel_id, sent.pk))
        counted = progress(sent.pk)
        if counted != {"accepted": MESSAGES}:
            raise WorkNotDone(f"of {MESSAGES} messages: {counted}")
    rate, size = MESSAGES / seconds, sum(map(len, contents)) / len(contents)
    work = f"{MESSAGES} distinct messages of {size:.0f} bytes in {seconds:.1f} s with {WORKERS} workers"
    yield figure("campaign_send", rate, "messages/s", reference=RATE, work=work)
    yield figure(
        "campaign_send.beside_bare",
        rate,
        "messages/s",
        reference=bare,
        work=f"the same two processes push ready-made bytes through the pooled sender, one by one; needed is 0.35; "
        f"pipelined, which campaigns use, they push {pipelined:.0f}/s",
    )
    yield figure("campaign_send.memory", memory / 1e6, "MB", reference=MEMORY, work="the larger worker, at its most")


def _seconds(forks: Any, work: Callable[..., None], arguments: tuple[Any, ...]) -> tuple[float, float]:
    """Run ``work`` in the worker processes at once; return how long the last of them took, and the most memory."""
    ends = [forks.Pipe() for _ in range(WORKERS)]
    processes = [forks.Process(target=work, args=(*arguments, theirs), daemon=True) for _, theirs in ends]
    for process, (_, theirs) in zip(processes, ends, strict=True):
        process.start()
        theirs.close()
    try:
        told = [_told(ours) for ours, _ in ends]
        began = time.monotonic()
        for ours, _ in ends:
            ours.send("go")
        told = [_told(ours) for ours, _ in ends]
    finally:
        for process in processes:
            process.join(5)
            process.kill()
    return max(end for end, _ in told) - began, max(memory for _, memory in told)


def _told(pipe: Any) -> Any:
    try:
        if not pipe.poll(PATIENCE):
            raise WorkNotDone(f"a worker said nothing for {PATIENCE:.0f} s")
        return pipe.recv()
    except EOFError as error:
        raise WorkNotDone("a worker ended by itself; its error stands above") from error


@contextmanager
def _sink() -> Iterator[str]:
    """Run smtp-sink on a free port of loopback. Raises WorkNotDone when it is not installed."""
    program = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise WorkNotDone("smtp-sink is missing: apt-get install --no-install-recommends postfix")
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
    drop = ["-u", "nobody"] if os.geteuid() == 0 else []  # it does not run as root
    process = subprocess.Popen([program, *drop, f"127.0.0.1:{port}", "1000"])
    try:
        _until_listening(port, process)
        yield f"smtp://127.0.0.1:{port}?tls=never"
    finally:
        process.terminate()
        process.wait(10)


def _until_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise WorkNotDone("smtp-sink does not listen")
