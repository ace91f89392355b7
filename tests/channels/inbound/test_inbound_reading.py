"""What is received is read once: into a message, a recognised robot, or something a person sees."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connection, transaction

from conversations.models import Message
from engagement.channels.actions.receive import receive
from engagement.channels.actions.replay import NotReplayable, replay, settle
from engagement.channels.actions.transmit import transmit
from engagement.channels.email import adapter
from engagement.channels.email.reply_address import sign
from engagement.channels.inbound import letters, processing, together
from engagement.channels.inbound.content import LONGEST_TEXT
from engagement.channels.inbound.delivery_key import delivery_key
from engagement.channels.models import Attachment, Channel, RawEvent, Transmission
from engagement.channels.selectors.attention import failed_inbound, raw_source
from engagement.events.catalogue import InboundFailed, MessageReceived, ProfileCreated
from engagement.events.models import OutboxEvent
from engagement.events.relay import decode
from engagement.profiles.models import Identity, Profile
from engagement.village.models import AuditEntry, User
from tests.channels.inbound.conftest import mail

NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)


def received() -> list[MessageReceived]:
    rows = OutboxEvent.objects.filter(name=MessageReceived.name).order_by("position")
    return [decode(row) for row in rows]


def test_a_mail_becomes_one_message(listener, care):
    listener.send(mail())
    assert processing.process_waiting() is False
    (event,) = received()
    assert event.sender.address == "ana@cliente.example"
    assert event.title == "Where is my order?"
    assert event.text == "Hello, where is it?"
    assert event.external_id == "one@cliente.example"
    raw = RawEvent.objects.get()
    assert (raw.status, raw.attempts, raw.key) == ("read", 1, event.raw_event_id)


@pytest.fixture
def agent(care) -> User:
    return User.objects.create_user(email="bia@pedralva.example", password="x", name="Bia")


@pytest.fixture
def sent(care) -> Transmission:
    with transaction.atomic():
        return transmit(
            channel=care,
            unique_key="answer-1",
            purpose="conversation",
            source="test",
            source_id=uuid4(),
            recipients=[{"address": "ana@cliente.example", "name": "Ana", "role": "to"}],
            external_id="answer-1@pedralva.example",
            not_before=NOW,
            profile_id=None,
            requested_by=None,
            now=NOW,
        )


def bounce(message_id: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    return (
        b"From: MAILER-DAEMON@mx.example\r\nTo: care@pedralva.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n--x\r\n\r\nSorry.\r\n'
        b"--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        b"Final-Recipient: rfc822; ana@cliente.example\r\nAction: %s\r\nStatus: %s\r\n\r\n"
        b"--x\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <%s>\r\nSubject: Your order\r\n\r\nHi\r\n--x--\r\n"
    ) % (action.encode(), status.encode(), message_id.encode())


def store(care: Channel, body: bytes, **envelope: object) -> RawEvent:
    raw = receive(channel=care, body=body, provider_key=delivery_key(body), envelope=envelope, now=NOW)
    assert raw is not None
    return raw


def read(care: Channel, body: bytes, **envelope: object) -> RawEvent:
    raw = store(care, body, **envelope)
    processing.process_waiting()
    raw.refresh_from_db()
    return raw


def test_a_bounce_moves_the_message_that_it_names(care, sent):
    Transmission.objects.update(state="accepted")
    raw = read(care, bounce("answer-1@pedralva.example"), mail_from="")
    sent.refresh_from_db()
    assert (raw.status, raw.kind, sent.state) == ("robot", "bounce", "bounced")
    assert received() == []


def test_a_delay_is_kept_and_moves_nothing(care, sent):
    Transmission.objects.update(state="accepted")
    raw = read(care, bounce("answer-1@pedralva.example", "delayed", "4.4.1"), mail_from="")
    sent.refresh_from_db()
    assert (raw.status, raw.kind, sent.state) == ("robot", "delivery-delay", "accepted")
    assert sent.reports.get().recipient == "ana@cliente.example"


def test_a_bounce_of_nothing_of_ours_waits_for_a_person(care):
    raw = read(care, bounce("stranger@elsewhere.example"), mail_from="")
    assert (raw.status, raw.kind) == ("failed", "bounce")
    assert raw.error == "A mail server reports that a message could not be delivered, but names none of ours."
    assert received() == []


def test_our_own_message_coming_back_opens_nothing(care, sent):
    raw = read(care, mail("one").replace(b"one@cliente.example", b"answer-1@pedralva.example"))
    assert (raw.status, raw.kind, received()) == ("robot", "loop", [])


def test_a_robot_in_our_own_name_opens_nothing(care):
    body = mail().replace(b"ana@cliente.example", b"care@pedralva.example")
    raw = read(care, b"Auto-Submitted: auto-replied\r\n" + body)
    assert (raw.status, raw.kind, received()) == ("robot", "loop", [])


def test_an_automatic_answer_is_a_message_that_says_so(care):
    raw = read(care, b"Auto-Submitted: auto-replied\r\n" + mail())
    assert (raw.status, [event.auto for event in received()]) == ("read", ["auto-reply"])


def test_what_has_no_sender_fails_with_the_reason_and_an_event(care):
    raw = read(care, b"Subject: nobody\r\n\r\nHi\r\n")
    assert (raw.status, raw.error) == ("failed", "The message names no sender: there is nobody to answer.")
    assert [row.subject for row in OutboxEvent.objects.filter(name=InboundFailed.name)] == [f"raw:{raw.key}"]


def test_a_signed_reply_address_is_verified_whoever_names_it(care):
    conversation = uuid4()
    address = sign(conversation, mailbox="care@pedralva.example", secret=settings.SECRET_KEY.encode())
    forged = sign(conversation, mailbox="care@pedralva.example", secret=b"another")
    read(care, mail("by-envelope"), rcpt_to=[address])
    read(care, mail("by-header").replace(b"care@pedralva.example", address.encode()), rcpt_to=["care@pedralva.example"])
    read(care, mail("forged"), rcpt_to=[forged])
    assert [event.reply_token for event in received()] == [conversation, conversation, None]


def test_files_are_stored_before_the_message_is_known(care):
    raw = read(
        care,
        b"From: ana@cliente.example\r\nSubject: photo\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n\r\nSee.\r\n--x\r\n'
        b'Content-Type: text/plain; name="a.png"\r\nContent-Disposition: attachment; filename="../a.png"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ\r\n--x--\r\n",
    )
    row = Attachment.objects.get()
    content = row.file.read()
    assert (row.raw_event_key, row.filename, row.content_type, row.size) == (raw.key, "a.png", "image/png", 33)
    assert (content[:4], row.sha256) == (b"\x89PNG", sha256(content).hexdigest())
    (event,) = received()
    assert [(file.attachment_id, file.content_type) for file in event.attachments] == [(row.key, "image/png")]


def test_a_file_over_the_limit_is_named_in_the_thread(care, settings):
    settings.ATTACHMENT_LIMIT = 1000
    read(
        care,
        b"From: ana@cliente.example\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n\r\nSee.\r\n--x\r\n'
        b'Content-Type: application/pdf; name="big.pdf"\r\n\r\n' + b"x" * 2000 + b"\r\n--x--\r\n",
    )
    (event,) = received()
    assert event.attachments == []
    assert "big.pdf" in event.notes[0]


def test_an_endless_text_is_whole_in_a_file(care):
    words = b"\r\n".join(b"word%d" % number for number in range(100_000))
    read(care, mail() + words + b"\r\n")
    (event,) = received()
    assert len(event.text) == LONGEST_TEXT
    (row,) = Attachment.objects.all()
    assert row.filename == "message.txt"
    assert row.file.read().endswith(b"word99999")
    assert Message.objects.get().text == event.text


def test_a_reader_that_dies_each_time_is_not_fed_again(care):
    raw = store(care, mail())
    RawEvent.objects.update(attempts=processing.MAX_ATTEMPTS)
    processing.process_waiting()
    raw.refresh_from_db()
    assert (raw.status, raw.error) == ("failed", "Reading it ended the worker each time it was tried.")


def test_an_unexpected_error_is_kept_with_the_message(care, monkeypatch):
    def broken(*args: object, **options: object) -> None:
        raise TypeError("no such luck")

    for module in (adapter, together):
        monkeypatch.setattr(module, "parse", broken)
    raw = read(care, mail())
    assert (raw.status, raw.error) == ("failed", "Reading it failed: TypeError: no such luck")


def test_what_the_disc_refuses_is_tried_again_later(care, monkeypatch):
    def full(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        for module in (letters, together):
            patched.setattr(module, "write_files", full)
        raw = read(care, mail())
    assert (raw.status, raw.attempts, received()) == ("received", 1, [])
    RawEvent.objects.update(next_attempt_at=None)
    processing.process_waiting()
    assert len(received()) == 1


def test_two_workers_read_each_message_once(care):
    for number in range(40):
        store(care, mail(str(number)))

    def work(_: int) -> None:
        processing.process_waiting()
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert sorted(event.external_id for event in received()) == sorted(f"{n}@cliente.example" for n in range(40))
    assert Message.objects.count() == 40


def test_replay_reads_again_and_is_audited(care, agent, monkeypatch):
    def broken(*args: object, **options: object) -> None:
        raise TypeError("no such luck")

    with monkeypatch.context() as patched:
        for module in (adapter, together):
            patched.setattr(module, "parse", broken)
        raw = read(care, mail())
    replay(raw_event=raw, actor=agent, now=NOW)
    replay(raw_event=raw, actor=agent, now=NOW)
    processing.process_waiting()
    raw.refresh_from_db()
    assert (raw.status, raw.error, len(received())) == ("read", "", 1)
    assert [entry.action for entry in AuditEntry.objects.order_by("key")] == ["inbound.replayed"]
    with pytest.raises(NotReplayable):
        replay(raw_event=raw, actor=agent, now=NOW)
    assert len(received()) == 1


def test_settling_keeps_the_source_and_is_audited(care, agent):
    raw = read(care, b"Subject: nobody\r\n\r\nHi \xff\r\n")
    settle(raw_event=raw, actor=agent, now=NOW)
    settle(raw_event=raw, actor=agent, now=NOW)
    kept, source = raw_source(raw.key)
    assert (kept.status, kept.settled_by, source) == ("settled", agent, "Subject: nobody\r\n\r\nHi \\xff\r\n")
    assert [entry.action for entry in AuditEntry.objects.order_by("key")] == ["inbound.settled"]


def test_failed_inbound_is_for_who_may_replay(care, agent):
    raw = read(care, b"Subject: nobody\r\n\r\nHi\r\n")
    assert list(failed_inbound(agent)) == []
    agent.user_permissions.add(Permission.objects.get(codename="replay_rawevent"))
    assert list(failed_inbound(User.objects.get(pk=agent.pk))) == [raw]


def test_one_bad_message_costs_its_neighbours_nothing(care, monkeypatch):
    parse = together.parse

    def broken(body: bytes, **options: object) -> object:
        if b"bad@" in body:
            raise TypeError("no such luck")
        return parse(body, **options)

    for module in (adapter, together):
        monkeypatch.setattr(module, "parse", broken)
    for name in ("a", "bad", "c"):
        store(care, mail(name))
    processing.process_waiting()
    assert sorted(event.external_id for event in received()) == ["a@cliente.example", "c@cliente.example"]
    assert [row.error for row in RawEvent.objects.filter(status="failed")] == [
        "Reading it failed: TypeError: no such luck"
    ]
    assert Message.objects.count() == 2


def test_a_batch_of_new_and_known_senders_makes_each_profile_once(care):
    for turn in range(2):
        for number in range(15):
            sender = b"customer%d@cliente.example" % (number % 10)
            store(care, mail(f"{turn}-{number}").replace(b"ana@cliente.example", sender))
        processing.process_waiting()
    assert (Profile.objects.count(), Identity.objects.count(), Message.objects.count()) == (10, 10, 30)
    assert OutboxEvent.objects.filter(name=ProfileCreated.name).count() == 10
    assert {profile.name for profile in Profile.objects.all()} == {"Ana Prado"}
