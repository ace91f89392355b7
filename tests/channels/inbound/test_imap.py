"""Mailboxes of a real Dovecot: nothing is skipped, imported twice, or changed there without being asked."""

import contextlib
import socket
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from imapclient.exceptions import IMAPClientError

from engagement.channels.email import imap
from engagement.channels.email.imap import Mailbox, MailboxRefused, connect, fetch_new
from engagement.channels.inbound.polling import Poller, Pollers
from engagement.channels.models import Channel, ImapCursor, RawEvent
from engagement.channels.outgoing_guard import ForbiddenHost
from engagement.events.models import Lease

from .conftest import mail
from .dovecot import PASSWORD, USER, dovecot

NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def shared_server():
    with dovecot() as server:
        yield server


@pytest.fixture
def server(shared_server):
    """The module's Dovecot with an empty INBOX."""
    client = shared_server.client()
    for folder in ("INBOX", "Done"):
        if client.folder_exists(folder):
            client.select_folder(folder)
            client.delete_messages(client.search() or [1], silent=True)
            client.expunge()
    client.logout()
    return shared_server


@pytest.fixture
def mailbox(care: Channel, server) -> Mailbox:
    care.settings = {"imap": {"host": "127.0.0.1", "port": server.port, "tls": "never"}}
    care.credentials = {"imap": {"user": USER, "password": PASSWORD}}
    care.save()
    found = Mailbox.of(care)
    assert found is not None
    return found


def changed(mailbox: Mailbox, **facts: Any) -> Mailbox:
    return replace(mailbox, server=replace(mailbox.server, **facts))


def fetch(mailbox: Mailbox) -> int:
    client = connect(mailbox)
    try:
        return fetch_new(client, mailbox, now=NOW)
    finally:
        client.shutdown()


def names() -> list[str]:
    """Which messages are stored, in the order in which they were."""
    bodies = RawEvent.objects.order_by("key").values_list("body", flat=True)
    return [bytes(body).partition(b"Message-ID: <")[2].partition(b"@")[0].decode() for body in bodies]


def wait_until(true, seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def test_each_message_is_fetched_once_and_left_as_it_was(server, mailbox):
    server.deliver(mail("a"), mail("b"))
    assert (fetch(mailbox), fetch(mailbox)) == (2, 0)
    server.deliver(mail("c"))
    assert fetch(mailbox) == 1
    assert names() == ["a", "b", "c"]
    assert all(b"\\Seen" not in flags for flags in server.flags().values())
    raw = RawEvent.objects.order_by("key").first()
    assert (bytes(raw.body), raw.envelope["protocol"], raw.envelope["folder"]) == (mail("a"), "imap", "INBOX")


def test_more_than_one_batch(server, mailbox):
    server.deliver(*[mail(f"m{number:02}") for number in range(45)])
    assert fetch(mailbox) == 45
    assert names() == [f"m{number:02}" for number in range(45)]


def test_what_came_by_smtp_too_is_one(server, mailbox, listener):
    listener.send(mail("a"))
    server.deliver(mail("a"), mail("b"))
    assert fetch(mailbox) == 1
    assert names() == ["a", "b"]


def test_new_uids_are_looked_at_again_and_known(server, mailbox):
    boxed = changed(mailbox, folder="Box")
    client = server.client()
    client.create_folder("Box")
    server.deliver(mail("a"), mail("b"), folder="Box")
    assert fetch(boxed) == 2
    before = ImapCursor.objects.get().uid_validity
    client.delete_folder("Box")
    client.create_folder("Box")
    client.logout()
    server.deliver(mail("b"), mail("c"), mail("a"), folder="Box")
    assert fetch(boxed) == 1
    assert names() == ["a", "b", "c"]
    cursor = ImapCursor.objects.get()
    assert (cursor.uid_validity != before, cursor.last_uid) == (True, 3)


def test_a_crash_between_fetch_and_commit_loses_nothing(server, mailbox, monkeypatch):
    server.deliver(mail("a"), mail("b"))

    def crash(**_: object) -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(imap, "receive_all", crash)
        with pytest.raises(OperationalError):
            fetch(mailbox)
    assert (names(), ImapCursor.objects.get().last_uid) == ([], 0)
    assert fetch(mailbox) == 2


def test_a_crash_after_the_rows_and_before_the_cursor_undoes_both(server, mailbox, monkeypatch):
    server.deliver(mail("a"))

    def crash(*_: object, **__: object) -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(ImapCursor, "save", crash)
        with pytest.raises(OperationalError):
            fetch(mailbox)
    assert names() == []
    assert fetch(mailbox) == 1


def test_a_connection_cut_in_the_middle_is_taken_up_again(server, mailbox):
    server.deliver(*[mail(f"m{number:02}") + b"x" * 5000 + b"\r\n" for number in range(30)])
    with cut_after(server.port, 130_000) as port, pytest.raises((OSError, IMAPClientError)):
        fetch(changed(mailbox, port=port))
    stored = RawEvent.objects.count()
    assert 0 < stored < 30
    assert fetch(mailbox) == 30 - stored
    assert names() == [f"m{number:02}" for number in range(30)]


def test_only_new_mail_when_that_is_wanted(server, mailbox):
    server.deliver(mail("old"))
    wanted = changed(mailbox, start="new")
    assert fetch(wanted) == 0
    server.deliver(mail("new"))
    assert fetch(wanted) == 1
    assert names() == ["new"]


def test_old_mail_stays_out_when_the_uids_change(server, mailbox):
    client = server.client()
    client.create_folder("Old")
    wanted = changed(mailbox, folder="Old", start="new")
    client.append("Old", mail("old"), msg_time=datetime(2026, 1, 1, tzinfo=UTC))
    assert fetch(wanted) == 0
    client.delete_folder("Old")
    client.create_folder("Old")
    client.append("Old", mail("old"), msg_time=datetime(2026, 1, 1, tzinfo=UTC))
    client.append("Old", mail("new"), msg_time=datetime(2026, 3, 1, tzinfo=UTC))
    client.logout()
    ImapCursor.objects.update(started_at=datetime(2026, 2, 1, tzinfo=UTC))
    assert fetch(wanted) == 1
    assert names() == ["new"]


def test_read_marks_are_set_when_asked_and_after_the_commit(server, mailbox, monkeypatch):
    server.deliver(mail("a"))
    wanted = changed(mailbox, after="seen")
    with monkeypatch.context() as patched:
        patched.setattr(imap, "act_on_stored", lambda *_: None)  # the worker dies right after its commit
        assert fetch(wanted) == 1
    assert [b"\\Seen" in flags for flags in server.flags().values()] == [False]
    assert fetch(wanted) == 0
    assert [b"\\Seen" in flags for flags in server.flags().values()] == [True]


def test_messages_move_when_asked(server, mailbox):
    client = server.client()
    if not client.folder_exists("Done"):
        client.create_folder("Done")
    client.logout()
    server.deliver(mail("a"), mail("b"))
    assert fetch(changed(mailbox, after="move", move_to="Done")) == 2
    assert (len(server.flags()), len(server.flags("Done"))) == (0, 2)


def test_what_is_too_large_stays_visible(server, mailbox, settings):
    settings.MESSAGE_LIMIT = 20_000
    server.deliver(mail("big") + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 400, mail("small"))
    assert fetch(mailbox) == 2
    large = RawEvent.objects.order_by("key").first()
    assert large.envelope["left_out_bytes"] > 20_000
    assert len(large.body) < 1000


def test_wrong_password_is_said_at_the_channel(care, mailbox):
    care.credentials = {"imap": {"user": USER, "password": "guess"}}
    care.save()
    with pytest.raises(MailboxRefused):
        connect(Mailbox.of(care))
    pollers = Pollers()
    pollers.keep_in_step()
    try:
        assert wait_until(lambda: Channel.objects.get(pk=care.pk).fetch_problem)
    finally:
        pollers.stop()
    problem = Channel.objects.get(pk=care.pk).fetch_problem
    assert (problem["code"], problem["values"]["host"]) == ("sign_in", "127.0.0.1")


def test_mailboxes_in_our_own_network_are_refused(mailbox, settings):
    settings.OUTGOING_ALLOWED_NETWORKS = []
    with pytest.raises(ForbiddenHost):
        connect(mailbox)


def test_new_mail_is_told_by_idle(server, mailbox):
    poller = Poller(mailbox)
    poller.start()
    try:
        assert wait_until(lambda: ImapCursor.objects.exists())
        time.sleep(0.5)  # it waits in IDLE now, and would look by itself only minutes later
        server.deliver(mail("a"))
        assert wait_until(lambda: names() == ["a"], 5)
    finally:
        poller.stop.set()
        poller.join(10)
    assert not poller.is_alive


def test_of_two_pollers_one_works_and_the_other_takes_over(server, mailbox):
    server.deliver(mail("a"))
    one, other = Poller(mailbox), Poller(mailbox)
    one.start()
    assert wait_until(lambda: names() == ["a"])
    assert other.lease.acquire() is False
    one.stop.set()
    one.join(10)
    assert wait_until(lambda: other.lease.acquire(), 5)


def test_the_mailbox_of_a_poller_that_was_killed_is_fetched_by_another(server, mailbox):
    server.deliver(mail("a"))
    killed, other = Poller(mailbox), Poller(mailbox)
    assert killed.lease.acquire()
    other.start()
    time.sleep(0.5)
    assert names() == []
    Lease.objects.update(expires_at=timezone.now())  # the time of a lease later: nobody has prolonged it
    other.stop.set()
    other.join(10)
    other = Poller(mailbox)
    other.start()
    try:
        assert wait_until(lambda: names() == ["a"], 5)
    finally:
        other.stop.set()
        other.join(10)


def test_who_lost_the_lease_stops_fetching(server, mailbox):
    poller = Poller(mailbox)
    poller.start()
    try:
        assert wait_until(lambda: ImapCursor.objects.exists())
        Lease.objects.update(owner="another")
        poller.lease._valid_until = 0.0  # its own time is over, and the database says no
        time.sleep(1.5)
        server.deliver(mail("a"))
        time.sleep(1.0)
        assert names() == []
    finally:
        poller.stop.set()
        poller.join(10)


def test_the_pollers_of_a_process_keep_their_leases(server, mailbox):
    pollers = Pollers()
    pollers.keep_in_step()
    try:
        assert wait_until(lambda: Lease.objects.exists())
        Lease.objects.update(expires_at=timezone.now() + timedelta(seconds=5))
        pollers.keep_in_step()
        assert Lease.objects.get().expires_at > timezone.now() + timedelta(seconds=30)
    finally:
        pollers.stop()
    assert Lease.objects.get().expires_at <= timezone.now()


def test_two_fetches_at_once_store_each_message_once(server, mailbox):
    server.deliver(*[mail(f"m{number:02}") for number in range(40)])
    fetch(changed(mailbox, folder="INBOX", start="new"))  # the cursor is there
    ImapCursor.objects.update(last_uid=0)
    ends: list[object] = []

    def work() -> None:
        try:
            ends.append(fetch(mailbox))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert (len(ends), sum(ends), len(names())) == (3, 40, 40)


class cut_after:  # noqa: N801 - reads as what it does
    """A way to ``port`` that is cut after so many bytes of the server's."""

    def __init__(self, port: int, limit: int) -> None:
        self._port, self._limit = port, limit
        self._door = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> int:
        threading.Thread(target=self._pass_on, daemon=True).start()
        return self._door.getsockname()[1]

    def __exit__(self, *_: object) -> None:
        self._door.close()

    def _pass_on(self) -> None:
        near, _ = self._door.accept()
        far = socket.create_connection(("127.0.0.1", self._port))
        threading.Thread(target=self._copy, args=(near, far, 1 << 40), daemon=True).start()
        self._copy(far, near, self._limit)

    def _copy(self, source: socket.socket, target: socket.socket, limit: int) -> None:
        try:
            while limit > 0 and (piece := source.recv(min(4096, limit))):
                limit -= len(piece)
                target.sendall(piece)
        except OSError:
            return
        finally:
            for end in (source, target):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)  # to close alone leaves it open for who still reads from it
                end.close()
