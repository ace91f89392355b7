"""Group commit: what comes in while one commit is under way shares the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import structlog
from django.db import DatabaseError, Error, InterfaceError, OperationalError, connection
from django.utils import timezone

from engagement.channels.actions.receive import Delivery, receive_all

log = structlog.get_logger(__name__)
Item = tuple[Delivery, ...]  # the deliveries of one transaction of a provider: stored together or not at all
Stored = list[UUID | None]

_MOST_ITEMS = 200
_MOST_BYTES = 32 * 1024 * 1024


class GroupCommit:
    """Stores items from an event loop without blocking it; each caller is answered after its item's commit.

    One thread with one database connection commits; nobody waits on purpose: a batch is what arrived during the
    commit before it. ``stored`` is called in a thread of its own after each commit that stored something.
    """

    def __init__(self, *, stored: Callable[[], None]) -> None:
        self._waiting: list[tuple[Item, asyncio.Future[Stored]]] = []
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="inbound-commit")
        self._teller = ThreadPoolExecutor(max_workers=1, thread_name_prefix="inbound-wake")
        self._flushing: asyncio.Task[None] | None = None
        self._telling: asyncio.Future[None] | None = None
        self._tell_again = False
        self._stored = stored
        self.waiting_bytes = 0

    async def store(self, item: Item) -> Stored:
        """Return the keys of ``receive_all`` for the item's deliveries once they are committed.

        Raises django.db.Error; a caller that stops waiting does not stop the commit.
        """
        answer: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        self.waiting_bytes += _size(item)
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return await asyncio.shield(answer)

    async def drain(self) -> None:
        """Wait until everything that was given is committed or refused, then end the threads."""
        while self._flushing is not None:
            await self._flushing
        while self._telling is not None:
            await asyncio.wait([self._telling])
            await asyncio.sleep(0)  # its callback runs after those who waited
        await asyncio.get_running_loop().run_in_executor(self._writer, close_connection)
        self._writer.shutdown()
        self._teller.shutdown()

    async def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                batch = self._take()
                results = await loop.run_in_executor(self._writer, _commit, [item for item, _ in batch])
                for (item, answer), result in zip(batch, results, strict=True):
                    self.waiting_bytes -= _size(item)
                    _settle(answer, result)
                if any(key for result in results if isinstance(result, list) for key in result):
                    self._tell(loop)
        finally:
            self._flushing = None

    def _take(self) -> list[tuple[Item, asyncio.Future[Stored]]]:
        count, size = 0, 0
        for item, _ in self._waiting[:_MOST_ITEMS]:
            size += _size(item)
            if count and size > _MOST_BYTES:
                break
            count += 1
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch

    def _tell(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._telling is not None:
            self._tell_again = True
            return
        self._telling = loop.run_in_executor(self._teller, self._stored)
        self._telling.add_done_callback(lambda done: self._told(loop, done))

    def _told(self, loop: asyncio.AbstractEventLoop, done: asyncio.Future[None]) -> None:
        self._telling = None
        if done.exception() is not None:
            log.warning("wake_after_commit_failed", error=str(done.exception()))
        if self._tell_again:
            self._tell_again = False
            self._tell(loop)


def _settle(answer: asyncio.Future[Stored], result: Stored | Error) -> None:
    if answer.done():
        return
    if isinstance(result, Error):
        answer.set_exception(result)
        answer.exception()  # a caller that went away leaves nobody to read it
    else:
        answer.set_result(result)


def _commit(items: Sequence[Item]) -> list[Stored | Error]:
    """Store all items in one commit; when that fails for one item's sake, each in its own."""
    try:
        return _store(items)
    except (OperationalError, InterfaceError) as error:
        return [error for _ in items]
    except DatabaseError as error:
        if len(items) == 1:
            log.warning("delivery_refused_by_database", error=str(error))
            return [error]
        return [result for item in items for result in _commit([item])]


def _store(items: Sequence[Item]) -> list[Stored | Error]:
    deliveries = [delivery for item in items for delivery in item]
    try:
        keys = receive_all(deliveries=deliveries, now=timezone.now())
    except (OperationalError, InterfaceError):
        # The connection may have gone stale while nobody wrote. Storing again is safe: the keys tell.
        connection.close()
        keys = receive_all(deliveries=deliveries, now=timezone.now())
    results: list[Stored | Error] = []
    for item in items:
        results.append(keys[: len(item)])
        keys = keys[len(item) :]
    return results


def _size(item: Item) -> int:
    return sum(len(delivery.body) for delivery in item)


def close_connection() -> None:
    """Close the database connection of the thread that runs this."""
    connection.close()
