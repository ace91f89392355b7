"""RawEvent to visible message with 2 workers, beside raw psycopg inserting the same rows, one commit a message."""

import multiprocessing
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, WorkNotDone, figure
from benchmarks.services import child, services

MESSAGES = 3_000
SENDERS = 600
WORKERS = 2
MEMORY_LIMIT = 200.0
PATIENCE = 300.0
_TEXT = b"".join(
    b"Line %d of a letter of ordinary length, about an order that has not come.\r\n" % n for n in range(20)
)
# Each table that holds rows of a message, and how to tell whose they are: an expression for the raw event's key.
_FIRST = (
    "(SELECT m.raw_event_key FROM conversations_message m"
    " JOIN conversations_conversation c ON c.key = m.conversation_id"
    " WHERE {} AND m.raw_event_key IS NOT NULL ORDER BY m.key LIMIT 1)"
)
_OF_MESSAGE = "(SELECT m.raw_event_key FROM conversations_message m WHERE m.key = {})"
_FACT = "(convert_from({}.payload, 'UTF8')::jsonb ->> '{}')::uuid"


def _of_event(event: str) -> str:
    return (
        f"COALESCE({_FACT.format(event, 'raw_event_id')}, {_OF_MESSAGE.format(_FACT.format(event, 'message_id'))},"
        f" {_FIRST.format('c.key = ' + _FACT.format(event, 'conversation_id'))},"
        f" {_FIRST.format('c.profile_id = ' + _FACT.format(event, 'profile_id'))})"
    )


_ROWS = {
    "engagement_channels_rawevent": "t.key",
    "engagement_channels_raweventkey": "t.raw_event_key",
    "profiles_profile": _FIRST.format("c.profile_id = t.key"),
    "profiles_identity": _FIRST.format("c.profile_id = t.profile_id"),
    "conversations_endpoint": _FIRST.format("c.endpoint_id = t.key"),
    "conversations_conversation": _FIRST.format("c.key = t.key"),
    "conversations_message": "t.raw_event_key",
    "conversations_messageexternal": _OF_MESSAGE.format("t.message_id"),
    "conversations_threadreference": _FIRST.format("c.key = t.conversation_id"),
    "events_outboxevent": _of_event("t"),
    "events_eventreceipt": f"(SELECT {_of_event('e')} FROM events_outboxevent e WHERE e.key = t.event_id)",
}


def run() -> Iterator[Figure]:
    """Store raw events, start two workers on them, wait until each is a message in a thread."""
    with services():
        from conversations.models import Message

        _store_raw_events()
        began_at = time.perf_counter()
        memory = 0.0
        with child(
            *("-m", "celery", "-A", "engagement.config", "worker", "--queues", "bench.inbound,bench.default"),
            *("--concurrency", str(WORKERS), "--loglevel", "ERROR", "--without-mingle", "--without-gossip"),
        ) as worker:
            _wait_until_ready(worker.pid)
            began_at = time.perf_counter()
            _nudge()
            while (done := Message.objects.filter(kind="received").count()) < MESSAGES:
                if time.perf_counter() - began_at > PATIENCE:
                    raise WorkNotDone(f"{done} of {MESSAGES} messages stand in a thread after {PATIENCE:.0f} s")
                time.sleep(0.05)
            seconds = time.perf_counter() - began_at
            memory = max(_peak_memory(pid) for pid in _children(worker.pid))
        reference = _reference()
        work = f"{MESSAGES} messages of {SENDERS} senders, two thirds of them answers, {WORKERS} workers, fsync on"
        yield figure("threading", MESSAGES / seconds, "messages/s", reference=reference, work=work)
        yield figure("threading.memory", memory, "MB per worker, at its peak", reference=MEMORY_LIMIT, work=work)


def _store_raw_events() -> None:
    from conversations.models import Queue
    from engagement.channels.actions.receive import Delivery, receive_all
    from engagement.channels.inbound.delivery_key import delivery_key
    from engagement.channels.models import Channel

    channel = Channel.objects.create(kind="email", name="Care", address="care@pedralva.example")
    Queue.objects.create(slug="care", name="Care").channels.add(channel)
    start = datetime.now(UTC) - timedelta(hours=1)
    for first in range(0, MESSAGES, 500):
        bodies = [_message(number) for number in range(first, first + 500)]
        deliveries = [
            Delivery(channel.pk, delivery_key(body), {"mail_from": "x", "protocol": "smtp"}, body) for body in bodies
        ]
        receive_all(deliveries=deliveries, now=start + timedelta(milliseconds=first))


def _message(number: int) -> bytes:
    """Of each sender's five messages the first begins a conversation, the fourth another; the rest are answers."""
    sender, turn = number % SENDERS, number // SENDERS
    refers = b""
    if turn not in (0, 3):
        refers = b"In-Reply-To: <m%d@cliente.example>\r\nReferences: <m%d@cliente.example>\r\n" % (
            (number - SENDERS,) * 2
        )
    return (
        b"From: Customer %d <customer%d@cliente.example>\r\nTo: care@pedralva.example\r\nSubject: Order %d\r\n"
        b"Message-ID: <m%d@cliente.example>\r\nDate: Sun, 22 Nov 2026 10:00:00 -0300\r\nMIME-Version: 1.0\r\n%s"
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n%s"
    ) % (sender, sender, sender, number, refers, _TEXT)


def _nudge() -> None:
    from engagement.channels.inbound.waking import wake_reading

    wake_reading()


def _wait_until_ready(pid: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if len(_children(pid)) >= WORKERS:
            time.sleep(1)
            return
        time.sleep(0.2)
    raise WorkNotDone("the workers did not start")


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(found) for found in listed.read_text().split()] if listed.exists() else []


def _peak_memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise WorkNotDone("the system does not tell how much memory a worker uses")


def _reference() -> float:
    """Insert copies of the rows into empty tables of the same shape; messages a second over two connections."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE SCHEMA reference")
        for table in _ROWS:
            connection.execute(f"CREATE TABLE reference.{table} (LIKE public.{table} INCLUDING ALL)")
        messages = _rows_by_message(connection)
    shares = [messages[place::WORKERS] for place in range(WORKERS)]
    with multiprocessing.get_context("fork").Pool(WORKERS) as pool:
        began = time.perf_counter()
        pool.map(_insert, shares, chunksize=1)
        seconds = time.perf_counter() - began
    return len(messages) / seconds


def _rows_by_message(connection: Any) -> list[list[tuple[str, tuple[Any, ...]]]]:
    """For each message its rows as ready statements and values, in the order in which they refer to each other."""
    found: dict[Any, list[tuple[str, tuple[Any, ...]]]] = defaultdict(list)
    for table, owner in _ROWS.items():
        columns = [
            row[0]
            for row in connection.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
                " AND attidentity <> 'a' AND attgenerated = '' ORDER BY attnum",
                [f"public.{table}"],
            )
        ]
        texts = ", ".join(f"t.{column}" if column in ("body", "payload") else f"t.{column}::text" for column in columns)
        places = ", ".join(["%s"] * len(columns))
        statement = f"INSERT INTO reference.{table} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE VALUES ({places})"
        for row in connection.execute(f"SELECT {owner}, {texts} FROM public.{table} t"):
            found[row[0]].append((statement, row[1:]))
    found.pop(None, None)
    if len(found) != MESSAGES:
        raise WorkNotDone(f"rows of {len(found)} messages were found, not of {MESSAGES}")
    return list(found.values())


def _insert(messages: list[list[tuple[str, tuple[Any, ...]]]]) -> None:
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        for rows in messages:
            for statement, values in rows:
                cursor.execute(statement, values)
            connection.commit()
