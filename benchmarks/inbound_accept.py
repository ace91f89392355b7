"""Messages a second from SMTP DATA to committed RawEvent, beside the bare listener that stores nothing."""

import asyncio
import re
import statistics
import time
from collections.abc import Iterator

from benchmarks.figures import Figure, WorkNotDone, figure
from benchmarks.services import child, services

CONNECTIONS = 8
MESSAGES = 4_000
ROUNDS = 3
_TEXT = b"".join(
    b"Line %d of a letter of ordinary length, about an order that has not come.\r\n" % n for n in range(40)
)


def run() -> Iterator[Figure]:
    """Send the same messages to both listeners in turns; the medians are compared."""
    with services():
        from engagement.channels.models import Channel, RawEvent

        Channel.objects.create(kind="email", name="Care", address="care@pedralva.example")
        bare, ours = [], []
        with (
            child("-m", "benchmarks.bare_listener") as reference,
            child("manage.py", "mail_listener", "--port", "0") as listener,
        ):
            ports = [_port(process.stdout.readline()) for process in (reference, listener)]
            asyncio.run(_send(ports[0], "warm", 200))
            asyncio.run(_send(ports[1], "warm", 200))
            for number in range(ROUNDS):
                bare.append(asyncio.run(_send(ports[0], f"r{number}", MESSAGES)))
                ours.append(asyncio.run(_send(ports[1], f"r{number}", MESSAGES)))
        expected = ROUNDS * MESSAGES + 200
        stored = RawEvent.objects.count()
        if stored != expected:
            raise WorkNotDone(f"{stored} of {expected} messages that were answered with 250 are in the database")
        yield figure(
            "inbound_accept",
            statistics.median(ours),
            "messages/s",
            reference=statistics.median(bare),
            work=f"{ROUNDS} x {MESSAGES} messages of {len(_message('r', 0))} bytes, {CONNECTIONS} connections, fsync",
        )


def _port(line: str) -> int:
    found = re.search(r"port (\d+)", line)
    if not found:
        raise WorkNotDone(f"a listener did not start: {line!r}")
    return int(found[1])


async def _send(port: int, prefix: str, count: int) -> float:
    """Send ``count`` messages over 8 connections at once; return messages a second."""
    numbers = iter(range(count))
    began = time.perf_counter()
    await asyncio.gather(*[_one_connection(port, prefix, numbers) for _ in range(CONNECTIONS)])
    return count / (time.perf_counter() - began)


async def _one_connection(port: int, prefix: str, numbers: Iterator[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _answer(reader, b"220")
    await _ask(reader, writer, b"EHLO bench.example\r\n", b"250")
    for number in numbers:
        await _ask(reader, writer, b"MAIL FROM:<ana@cliente.example>\r\n", b"250")
        await _ask(reader, writer, b"RCPT TO:<care@pedralva.example>\r\n", b"250")
        await _ask(reader, writer, b"DATA\r\n", b"354")
        await _ask(reader, writer, _message(prefix, number) + b".\r\n", b"250")
    await _ask(reader, writer, b"QUIT\r\n", b"221")
    writer.close()


def _message(prefix: str, number: int) -> bytes:
    return (
        b"From: Ana Prado <ana@cliente.example>\r\nTo: care@pedralva.example\r\nSubject: Where is order %d?\r\n"
        b"Message-ID: <%s-%d@cliente.example>\r\nDate: Sun, 22 Nov 2026 10:00:00 -0300\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n%s"
    ) % (number, prefix.encode(), number, _TEXT)


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: bytes, wanted: bytes) -> None:
    writer.write(line)
    await _answer(reader, wanted)


async def _answer(reader: asyncio.StreamReader, wanted: bytes) -> None:
    line = await reader.readline()
    while line[3:4] == b"-":
        line = await reader.readline()
    if not line.startswith(wanted):
        raise WorkNotDone(f"the listener answered {line!r} where {wanted.decode()} was wanted")
