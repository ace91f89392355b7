"""From SMTP's 250 to the fragment in a second browser-like client, at 50 messages a second with 100 sockets open.

The client does what the page does: it follows the topics that the inbox names, and when one changes it fetches the
list's fragment again, one fetch at a time. The reference is the same fetch in a house where nothing happens.
"""

import asyncio
import json
import os
import re
import smtplib
import statistics
import threading
import time
from collections.abc import Iterable
from email.message import EmailMessage
from email.policy import SMTP

import httpx
import websockets

from benchmarks.figures import Figure, WorkNotDone, figure
from benchmarks.stack import Place, place, running, sign_in, until_ready

RATE = 50  # messages a second
SECONDS = float(os.environ.get("LIVE_SECONDS", "20"))
SOCKETS = 100
SENDERS = 4
_TOPICS = re.compile(r'id="rows"[^>]*data-live-topic="([^"]+)"')
_LIVE = re.compile(r'name="live-url" content="([^"]+)"')
_MARK = re.compile(r"mark-(\d{5})")
ROWS = {"HX-Request": "true", "HX-Target": "div#rows"}


def run() -> Iterable[Figure]:
    """Start the house, open the sockets, send, and wait until every message was seen."""
    with place() as where, running(where) as process:
        until_ready(where, process)
        client = sign_in(where)
        page = client.get("/inbox/all/").text
        topics, live = _TOPICS.search(page), _LIVE.search(page)
        if topics is None or live is None:
            raise WorkNotDone("the inbox names no topics")
        idle = _idle(client)
        late = asyncio.run(_measure(where, client, topics[1].split(), live[1]))
    late.sort()
    work = f"{len(late)} messages at {RATE}/s by {SENDERS} SMTP connections, {SOCKETS} sockets open, all seen"
    yield figure("live.p50", statistics.median(late) * 1000, "ms", reference=idle * 1000, work=work)
    yield figure("live.p95", late[int(len(late) * 0.95) - 1] * 1000, "ms", reference=idle * 1000, work=work)


def _idle(client: httpx.Client) -> float:
    """Return the p95 in seconds of fetching the fragment while nothing happens."""
    took = []
    for _ in range(60):
        began = time.perf_counter()
        client.get("/inbox/all/", headers=ROWS).raise_for_status()
        took.append(time.perf_counter() - began)
    return sorted(took[10:])[int(50 * 0.95) - 1]


async def _measure(where: Place, client: httpx.Client, topics: list[str], live: str) -> list[float]:
    accepted: dict[int, float] = {}
    seen: dict[int, float] = {}
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    headers = {"Cookie": cookie, "Origin": where.url}
    others = [await websockets.connect(live, additional_headers=headers) for _ in range(SOCKETS - 1)]
    listening = [asyncio.create_task(_listen(socket, topics)) for socket in others]
    async with (
        websockets.connect(live, additional_headers=headers) as socket,
        httpx.AsyncClient(base_url=where.url, cookies=client.cookies, timeout=30) as reader,
    ):
        await socket.send(json.dumps({"subscribe": dict.fromkeys(topics)}))
        stop = asyncio.Event()
        watching = asyncio.create_task(_watch(socket, reader, seen, stop))
        total = int(RATE * SECONDS)
        await asyncio.to_thread(_send, where, total, accepted)
        end = time.monotonic() + 30
        while len(seen) < total and time.monotonic() < end:  # noqa: ASYNC110 - filled by another task
            await asyncio.sleep(0.1)
        stop.set()
        watching.cancel()
    for task in listening:
        task.cancel()
    missing = sorted(set(range(total)) - set(seen))
    if len(accepted) != total or missing:
        raise WorkNotDone(f"{len(accepted)} of {total} accepted; never seen in the list: {missing[:10]}")
    return [max(seen[number] - accepted[number], 0.0) for number in accepted]


async def _listen(socket: websockets.ClientConnection, topics: list[str]) -> None:
    await socket.send(json.dumps({"subscribe": dict.fromkeys(topics)}))
    async for _ in socket:
        continue


async def _watch(
    socket: websockets.ClientConnection, reader: httpx.AsyncClient, seen: dict[int, float], stop: asyncio.Event
) -> None:
    """Fetch after each change, one fetch at a time; changes during a fetch make one more."""
    dirty = asyncio.Event()

    async def fetch() -> None:
        while not stop.is_set():
            await dirty.wait()
            dirty.clear()
            answer = await reader.get("/inbox/all/", headers=ROWS)
            now = time.time()
            for number in _MARK.findall(answer.text):
                seen.setdefault(int(number), now)

    fetching = asyncio.create_task(fetch())
    try:
        async for text in socket:
            if json.loads(text).get("changed"):
                dirty.set()
    finally:
        fetching.cancel()


def _send(where: Place, total: int, accepted: dict[int, float]) -> None:
    began = time.monotonic()

    def sender(first: int) -> None:
        with smtplib.SMTP("127.0.0.1", where.smtp_port, timeout=30) as smtp:
            for number in range(first, total, SENDERS):
                time.sleep(max(0.0, began + number / RATE - time.monotonic()))
                smtp.sendmail(f"customer{number}@live.example", ["care@pedralva.example"], _letter(number))
                accepted[number] = time.time()

    threads = [threading.Thread(target=sender, args=(first,)) for first in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _letter(number: int) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"Customer {number} <customer{number}@live.example>"
    mail["To"] = "care@pedralva.example"
    mail["Subject"] = f"mark-{number:05d}"
    mail["Message-ID"] = f"<mark-{number:05d}@live.example>"
    mail.set_content(f"mark-{number:05d}\nWhere is my bicycle? It was to come on Tuesday.")
    return mail.as_bytes()
