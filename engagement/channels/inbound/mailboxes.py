"""Which of our mailboxes an address means."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection

from engagement.channels.inbound.group_commit import close_connection
from engagement.channels.models import Channel
from engagement.profiles.addresses import InvalidAddress, normalised

_FRESH_SECONDS = 5.0
_SHORTEST_SECONDS = 0.5


class Mailboxes:
    """All our e-mail addresses, read again every few seconds, and at once for an address that is not known."""

    def __init__(self) -> None:
        self._channels: dict[str, UUID] = {}
        self._read_at = float("-inf")
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mailboxes")
        self._reading: asyncio.Lock = asyncio.Lock()

    async def find(self, address: str) -> UUID | None:
        """Return the channel of ``address``: of exactly it, or of what stands before a plus sign (RFC 5233).

        Raises django.db.DatabaseError when that cannot be found out.
        """
        try:
            wanted = normalised("email", address)
        except InvalidAddress:
            return None
        await self._refresh(_FRESH_SECONDS)
        found = self._look_up(wanted)
        if found is None:
            await self._refresh(_SHORTEST_SECONDS)
            found = self._look_up(wanted)
        return found

    async def close(self) -> None:
        """Give the database connection back."""
        await asyncio.get_running_loop().run_in_executor(self._reader, close_connection)
        self._reader.shutdown()

    def _look_up(self, address: str) -> UUID | None:
        if address in self._channels:
            return self._channels[address]
        local, _, domain = address.rpartition("@")
        return self._channels.get(f"{local.partition('+')[0]}@{domain}")

    async def _refresh(self, oldest: float) -> None:
        if time.monotonic() - self._read_at < oldest:
            return
        async with self._reading:
            if time.monotonic() - self._read_at >= oldest:
                loop = asyncio.get_running_loop()
                self._channels = await loop.run_in_executor(self._reader, email_channels)
                self._read_at = time.monotonic()


def email_channels() -> dict[str, UUID]:
    """Return the key of each e-mail channel by its normalised address."""
    try:
        rows = _rows()
    except (OperationalError, InterfaceError):
        connection.close()  # it may have gone stale; a second failure is the caller's
        rows = _rows()
    found = {}
    for key, address in rows:
        try:
            found[normalised("email", address)] = key
        except InvalidAddress:
            continue  # nobody can write to it
    return found


def _rows() -> list[tuple[UUID, str]]:
    return list(Channel.objects.filter(kind="email").order_by("-key").values_list("key", "address"))
