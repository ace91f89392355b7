"""Keep mailboxes fetched: one thread for each, one poller for each in the whole installation."""

from __future__ import annotations

import random
import threading
import time
from datetime import timedelta

import structlog
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from engagement.channels.connection_problems import diagnose, problem
from engagement.channels.email.email_settings import EmailSettings
from engagement.channels.email.imap import Mailbox, MailboxRefused, connect, fetch_new
from engagement.channels.inbound.waking import wake_reading
from engagement.channels.models import Channel
from engagement.channels.outgoing_guard import ForbiddenHost
from engagement.channels.sealed import Unreadable
from engagement.leases import LEASE_SECONDS, HeldLease, renew_leases

log = structlog.get_logger(__name__)
LOOK_SECONDS = 10.0
POLL_SECONDS = 30.0
IDLE_SECONDS = 240.0  # RFC 2177 asks for less than 29 minutes; many networks forget a silent line after five
REFUSED_SECONDS = 600.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 300.0


class Poller:
    """Fetches one mailbox until ``stop`` is set. Errors are shown at the channel, and it tries again."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self.stop = threading.Event()
        self.lease = HeldLease(f"imap:{mailbox.channel_id}:{mailbox.server.folder}"[:200], LEASE_SECONDS)
        self._pause = _FIRST_PAUSE
        self._thread = threading.Thread(target=self.run, name=f"imap-{mailbox.server.host}", daemon=True)

    def start(self) -> None:
        """Begin in a thread of its own."""
        self._thread.start()

    def join(self, seconds: float) -> None:
        """Wait for its end."""
        self._thread.join(seconds)

    @property
    def is_alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    def run(self) -> None:
        """Fetch, wait, fetch, until told to stop."""
        try:
            while not self.stop.is_set():
                self.stop.wait(self._turn())
        finally:
            connection.close()

    def _turn(self) -> float:
        """One connection's life; return for how many seconds to wait before the next."""
        try:
            if not self.lease.acquire():
                return LOOK_SECONDS
            self._fetch_until_stopped()
        except (MailboxRefused, ForbiddenHost) as error:
            self._show(error)
            return REFUSED_SECONDS
        except (OSError, IMAPClientError) as error:
            self._show(error)
        except (DatabaseError, InterfaceError) as error:
            log.warning("imap_database_away", host=self.mailbox.server.host, error=str(error))
        finally:
            self._release()
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        return self._pause * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries

    def _release(self) -> None:
        """Let another poller have the mailbox at once; where the database is away the lease expires."""
        try:
            self.lease.release()
        except (DatabaseError, InterfaceError) as error:
            log.warning("imap_lease_not_released", host=self.mailbox.server.host, error=str(error))
        connection.close()

    def _fetch_until_stopped(self) -> None:
        client = connect(self.mailbox)
        try:
            while not self.stop.is_set() and (self.lease.is_held or self.lease.acquire()):
                if fetch_new(client, self.mailbox, now=timezone.now()):
                    wake_reading()
                self._pause = _FIRST_PAUSE
                self._show(None)
                connection.close()  # nothing is asked of the database while the server says nothing
                self._wait(client)
        finally:
            _leave(client)

    def _wait(self, client: IMAPClient) -> None:
        """Until the server says that something changed, or it is time to look."""
        if not client.has_capability("IDLE"):
            self.stop.wait(POLL_SECONDS)
            return
        client.idle()
        try:
            end = time.monotonic() + IDLE_SECONDS
            while not self.stop.is_set() and self.lease.is_held and time.monotonic() < end:
                if client.idle_check(timeout=1):
                    return
        finally:
            client.idle_done()

    def _show(self, error: Exception | None) -> None:
        """What is wrong, where people look at the channel; written when it changes only."""
        server = self.mailbox.server
        found = diagnose(error, host=server.host, port=server.port, folder=server.folder) if error else {}
        try:
            rows = Channel.objects.filter(pk=self.mailbox.channel_id).exclude(fetch_problem=found)
            rows.update(fetch_problem=found)
        except (DatabaseError, InterfaceError) as failure:
            log.warning("imap_error_not_shown", host=server.host, error=str(error), failure=str(failure))


class Pollers:
    """The pollers of this process, kept in step with the channels' settings."""

    def __init__(self) -> None:
        self._running: dict[Mailbox, Poller] = {}

    def keep_in_step(self) -> None:
        """Start what is new, stop what is gone or was changed, start again what ended; keep the leases."""
        self.renew()
        wanted = mailboxes()
        for mailbox in [*self._running]:
            if mailbox not in wanted or not self._running[mailbox].is_alive:
                self._running.pop(mailbox).stop.set()
        for mailbox in wanted:
            if mailbox not in self._running:
                self._running[mailbox] = Poller(mailbox)
                self._running[mailbox].start()

    def renew(self) -> None:
        """Prolong the leases of all pollers at once. Raises DatabaseError."""
        leases = {poller.lease.owner: poller.lease for poller in self._running.values() if poller.lease.is_held}
        asked = time.monotonic()
        for owner in renew_leases(owners=leases, seconds=LEASE_SECONDS):
            leases[owner].extend(asked)

    def stop(self, *, within: timedelta = timedelta(seconds=4)) -> None:
        """Tell all to end, and wait for them."""
        for poller in self._running.values():
            poller.stop.set()
        end = time.monotonic() + within.total_seconds()
        for poller in self._running.values():
            poller.join(max(0.0, end - time.monotonic()))


def mailboxes() -> set[Mailbox]:
    """Return each mailbox of an active channel; a password that cannot be opened is shown at the channel."""
    found = set()
    rows = Channel.objects.filter(kind="email", status=Channel.Status.ACTIVE).order_by("key")
    for channel in rows.defer("credentials"):
        if EmailSettings.from_stored(channel.settings).imap is None:
            continue
        try:
            channel.refresh_from_db(fields=["credentials"])
        except Unreadable:
            Channel.objects.filter(pk=channel.pk).update(fetch_problem=problem("sealed"))
            continue
        mailbox = Mailbox.of(channel)
        if mailbox is not None:
            found.add(mailbox)
    return found


def _leave(client: IMAPClient) -> None:
    try:
        client.logout()
    except (OSError, IMAPClientError):
        client.shutdown()
