"""The test of an email channel: sign in to both servers, send a message to the channel's own address, and see it come
back into our hands.

It uses the sender's own adapter, the poller's own ``connect`` and the listener's own rows. The message says that a
machine wrote it, so that reading it begins no conversation (``inbound.own_mail``). At the end it is removed from the
mailbox, and so is what earlier tests left there.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import BinaryField, F, Func, IntegerField, Value
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError

from engagement.channels.adapters import Accepted, Handover, NotNow, Outcome, Refused, Unknown, Unreachable
from engagement.channels.channel_tests import MAX_KEPT, Report, StepFailed
from engagement.channels.connection_problems import Problem, diagnose, problem
from engagement.channels.email.adapter import EmailAdapter
from engagement.channels.email.addresses import Mailbox as Address
from engagement.channels.email.composing import OutgoingEmail
from engagement.channels.email.email_settings import EmailSettings
from engagement.channels.email.imap import Mailbox, MailboxRefused, connect
from engagement.channels.email.sender import POOL
from engagement.channels.email.smtp_server import BadServerURL, NoServer, SmtpServer, catches, server_of
from engagement.channels.email.smtp_session import CannotOpen
from engagement.channels.models import Channel, ChannelTest, RawEvent
from engagement.organization.current import current_organization
from engagement.partitions import first_key

CONNECT_SECONDS, ANSWER_SECONDS = 10.0, 20.0
LOOK_SECONDS = 1.0
MAX_FOUND = 100  # messages of tests in one folder that are looked at
_CLOCK_DIFFERENCE = timedelta(minutes=2)  # between our hosts, at most
_JUNK = rb"\Junk"


def test_email_channel(channel: Channel, test: ChannelTest, report: Report) -> None:
    """Do all steps. Raises StepFailed."""
    own = EmailSettings.from_channel(channel)
    server = _server_of(channel, report)
    box = Mailbox.of(channel)
    named: dict[str, Any] = {"host": server.host, "port": server.port}
    steps: list[tuple[str, dict[str, Any]]] = [("smtp", named)]
    if own.imap:
        steps.append(("imap", {"host": own.imap.host, "port": own.imap.port, "folder": own.imap.folder}))
    steps += [("send", {"address": channel.address}), ("return", {"address": channel.address}), ("read", {})]
    if box is not None:
        steps.append(("remove", {"folder": box.server.folder}))
    report.plan(*steps)
    _try_smtp(server, report)
    if box is not None:
        _try_imap(box, report)
    message_id = _message_id(channel, test)
    _send(channel, server, message_id, report)
    if own.smtp is None and catches():
        for code, _values in steps[steps.index(("send", {"address": channel.address})) + 1 :]:
            report.skipped(code, problem("caught"))
        return
    if box is None:
        _await_delivery(channel, test, message_id, report)
        return
    try:
        _await_in_mailbox(channel, test, box, message_id, report)
    except StepFailed:
        with contextlib.suppress(StepFailed, OSError, IMAPClientError):
            _remove_messages(channel, test, box, spam=False)  # there somebody shall see it
        raise
    report.begin("remove")
    try:
        _remove_messages(channel, test, box, spam=True)
    except (StepFailed, OSError, IMAPClientError) as error:  # the mailbox works all the same
        report.skipped("remove", _unremoved(error, box))
    else:
        report.passed("remove")


def _message_id(channel: Channel, test: ChannelTest) -> str:
    return f"channel-test.{test.pk.hex}@{channel.address.rpartition('@')[2]}"


def _server_of(channel: Channel, report: Report) -> SmtpServer:
    try:
        return server_of(channel)
    except (BadServerURL, NoServer) as error:
        report.plan(("smtp", {"host": "SMTP", "port": ""}))
        report.begin("smtp")
        raise StepFailed(problem("no_server")) from error


def _try_smtp(server: SmtpServer, report: Report) -> None:
    report.begin("smtp")
    try:
        POOL.check(server, seconds=ANSWER_SECONDS)
    except CannotOpen as error:
        raise StepFailed(diagnose(error, host=server.host, port=server.port)) from error
    report.passed("smtp")


def _try_imap(box: Mailbox, report: Report) -> None:
    report.begin("imap")
    with _opened(box):
        report.passed("imap")


def _send(channel: Channel, server: SmtpServer, message_id: str, report: Report) -> None:
    report.begin("send")
    handover = Handover(begin=lambda: True, observe=lambda _step: None)
    outcome = EmailAdapter().hand_over(
        channel=channel, words=_message(channel, message_id), recipients=[channel.address], handover=handover
    )
    if not isinstance(outcome, Accepted):
        raise StepFailed(_unsent(outcome, channel, server))
    report.passed("send")


def _unsent(outcome: Outcome, channel: Channel, server: SmtpServer) -> Problem:
    said = str(getattr(outcome, "reply", "")).rstrip(". ")
    code = "answer"
    for kind, name in ((Refused, "send_refused"), (NotNow, "send_later"), (Unknown, "send_unknown")):
        if isinstance(outcome, kind):
            code = name
    if isinstance(outcome, Unreachable):
        code = "closed"
    return problem(code, detail=said, address=channel.address, host=server.host, port=server.port)


def _message(channel: Channel, message_id: str) -> OutgoingEmail:
    own = Address(channel.sender_name or current_organization().reply_sender_name, channel.address)
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("Test of this mailbox")
        text = _("This message was sent by a test of the channel %(name)s. It can be deleted.") % {"name": channel.name}
    return OutgoingEmail(
        message_id=message_id,
        from_=own,
        to=(Address("", channel.address),),
        subject=subject,
        text=text,
        date=timezone.now(),
        headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    )


def _await_in_mailbox(channel: Channel, test: ChannelTest, box: Mailbox, message_id: str, report: Report) -> None:
    report.begin("return")
    with _opened(box) as client:
        try:
            for _left in _waiting(report):
                client.noop()
                if client.search(["HEADER", "Message-ID", f"<{message_id}>"]):
                    break
            else:
                raise StepFailed(_not_in_folder(client, channel, box, message_id))
        except (OSError, IMAPClientError) as error:
            raise StepFailed(diagnose(error, host=box.server.host, port=box.server.port)) from error
    report.passed("return")
    if channel.status == Channel.Status.PAUSED:
        report.skipped("read", problem("paused"))
        return
    report.begin("read")
    seconds = int(settings.CHANNEL_TEST_SECONDS)
    _await_read(channel, test, message_id, report, missing=problem("not_fetched", seconds=seconds))


def _await_delivery(channel: Channel, test: ChannelTest, message_id: str, report: Report) -> None:
    report.begin("return")
    seconds = int(settings.CHANNEL_TEST_SECONDS)
    missing = problem("not_back_smtp", address=channel.address, seconds=seconds)
    for _left in _waiting(report):
        if _raw_event(channel, test, message_id) is not None:
            break
    else:
        raise StepFailed(missing)
    report.passed("return")
    report.begin("read")
    _await_read(channel, test, message_id, report, missing=missing)


def _await_read(channel: Channel, test: ChannelTest, message_id: str, report: Report, *, missing: Problem) -> None:
    found = None
    for _left in _waiting(report):
        found = _raw_event(channel, test, message_id)
        if found is not None and found.status != RawEvent.Status.RECEIVED:
            report.passed("read")
            return
    seconds = int(settings.CHANNEL_TEST_SECONDS)
    raise StepFailed(missing if found is None else problem("not_read", seconds=seconds))


def _raw_event(channel: Channel, test: ChannelTest, message_id: str) -> RawEvent | None:
    """The row of the message: of this channel, since the test began."""
    place = Func(
        Value(message_id.encode(), output_field=BinaryField()),
        F("body"),
        template="position(%(expressions)s)",
        arg_joiner=" IN ",
        output_field=IntegerField(),
    )
    rows = (
        RawEvent.objects.filter(key__gt=first_key(test.created_at - _CLOCK_DIFFERENCE), channel=channel)
        .alias(place=place)
        .filter(place__gt=0)
    )
    return rows.defer("body").order_by("key").first()


def _not_in_folder(client: IMAPClient, channel: Channel, box: Mailbox, message_id: str) -> Problem:
    """Why it is not there: perhaps it was taken for spam (RFC 6154, special-use mailboxes)."""
    with contextlib.suppress(IMAPClientError):
        for flags, _delimiter, folder in client.list_folders():
            if _JUNK in flags and folder != box.server.folder:
                client.select_folder(folder, readonly=True)
                if client.search(["HEADER", "Message-ID", f"<{message_id}>"]):
                    return problem("in_spam", folder=folder)
    return problem(
        "not_back_imap",
        address=channel.address,
        folder=box.server.folder,
        seconds=int(settings.CHANNEL_TEST_SECONDS),
    )


def _remove_messages(channel: Channel, test: ChannelTest, box: Mailbox, *, spam: bool) -> None:
    """Delete the messages of this channel's tests from the folder, from where they are moved, and from ``spam``."""
    tests = ChannelTest.objects.filter(channel=channel, pk__lte=test.pk).order_by("-id")[:MAX_KEPT]
    message_ids = [f"<{_message_id(channel, one)}>" for one in tests]
    with _opened(box, readonly=False) as client:
        _remove_selected(client, message_ids)
        folders = {box.server.move_to} if box.server.after == "move" else set()
        if spam:
            folders |= {folder for flags, _delimiter, folder in client.list_folders() if _JUNK in flags}
        for folder in sorted(folders - {box.server.folder}):
            client.select_folder(folder)
            _remove_selected(client, message_ids)


def _remove_selected(client: IMAPClient, message_ids: list[str]) -> None:
    """Delete from the selected folder what has exactly one of these Message-IDs, and nothing that others marked."""
    found = {uid for wanted in message_ids for uid in client.search(["HEADER", "Message-ID", wanted])}
    envelopes = client.fetch(sorted(found)[:MAX_FOUND], ["ENVELOPE"]) if found else {}
    exact = {wanted.encode() for wanted in message_ids}
    own = [uid for uid, fact in envelopes.items() if (fact[b"ENVELOPE"].message_id or b"").strip() in exact]
    if not own:
        return
    client.add_flags(own, [rb"\Deleted"], silent=True)
    if client.has_capability("UIDPLUS"):
        client.uid_expunge(own)
    elif set(client.search(["DELETED"])) <= set(own):
        client.expunge()


def _unremoved(error: Exception, box: Mailbox) -> Problem:
    if isinstance(error, StepFailed):
        return error.problem
    return problem("not_removed", detail=str(error), folder=box.server.folder)


@contextlib.contextmanager
def _opened(box: Mailbox, *, readonly: bool = True) -> Iterator[IMAPClient]:
    server = box.server
    try:
        client = connect(box, timeout=SocketTimeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS), readonly=readonly)
    except (MailboxRefused, OSError, IMAPClientError) as error:
        found = diagnose(error, host=server.host, port=server.port, folder=server.folder)
        raise StepFailed(found) from error
    try:
        yield client
    finally:
        with contextlib.suppress(OSError, IMAPClientError):
            client.logout()


def _waiting(report: Report) -> Iterator[timedelta]:
    """Look again every second, until the time limit."""
    end = time.monotonic() + settings.CHANNEL_TEST_SECONDS
    while (left := end - time.monotonic()) > 0:
        yield timedelta(seconds=left)
        report.alive()
        time.sleep(min(LOOK_SECONDS, max(0.0, left)))
