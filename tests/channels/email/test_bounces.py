import logging
from collections import Counter

from engagement.channels.email.parsed import AutoKind
from engagement.channels.email.parsing import parse
from tests.channels.email.corpora import bounces

REPORT = b"""From: MAILER-DAEMON@mx.example
To: care@pedralva.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

Sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ana@exemplo.example
Original-Recipient: rfc822;Ana@Exemplo.example
Action: ACTION
Status: STATUS
Diagnostic-Code: smtp; 550 5.1.1 no such
 person

--b
Content-Type: text/rfc822-headers

Message-ID: <ours.1@pedralva.example>
Subject: Pedido

--b--
"""


def report(action: bytes, status: bytes):
    return parse(REPORT.replace(b"ACTION", action).replace(b"STATUS", status))


def test_a_permanent_failure_is_a_bounce():
    message = report(b"failed", b"5.1.1")
    (recipient,) = message.bounce.recipients

    assert message.auto is AutoKind.BOUNCE
    assert (recipient.address, recipient.status, recipient.permanent) == ("Ana@Exemplo.example", "5.1.1", True)
    assert recipient.diagnostic == "550 5.1.1 no such person"
    assert message.bounce.original_message_id == "ours.1@pedralva.example"
    assert message.bounce.permanent
    assert message.attachments == ()
    assert not message.may_auto_reply


def test_a_delay_is_no_bounce():
    message = report(b"delayed", b"4.4.1")

    assert message.auto is AutoKind.DELIVERY_DELAY
    assert not message.bounce.permanent


def test_a_failure_after_too_many_delays_is_not_permanent():
    message = report(b"failed", b"4.4.7")

    assert message.auto is AutoKind.BOUNCE
    assert not message.bounce.permanent


def test_a_report_of_success_is_merely_automatic():
    assert report(b"delivered", b"2.1.5").auto is AutoKind.AUTO_GENERATED


def test_unusual_words_for_the_action_are_understood():
    assert report(b"error", b"5.0.0").auto is AutoKind.BOUNCE
    assert report(b"", b"4.0.0").auto is AutoKind.DELIVERY_DELAY


def test_all_of_flufl_bounces_messages_are_recognised_and_nothing_is_logged(caplog):
    caplog.set_level(logging.DEBUG)
    messages = {path.name: parse(path.read_bytes()) for path in sorted(bounces().glob("*.txt"))}
    kinds = Counter(message.auto for message in messages.values())

    assert len(messages) == 117
    assert {name for name, message in messages.items() if message.bounce is None} == {
        "bounce_01.txt",  # marked as an automatic reply by its header, and without any address
        "qmail_08.txt",  # an automatic reply
        "groupwise_03.txt",  # a person's letter that older versions of the library took for a bounce
    }
    assert kinds == {
        AutoKind.BOUNCE: 103, AutoKind.DELIVERY_DELAY: 11, AutoKind.AUTO_REPLY: 2, AutoKind.PERSON: 1,
    }  # fmt: skip
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_bounce_without_a_standard_names_its_recipient():
    message = parse(
        b"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: failure notice\n\n"
        b"Hi. This is the qmail-send program at mx.example.\n\n<ana@exemplo.example>:\n"
        b"Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n"
        b"Message-ID: <ours.2@pedralva.example>\nSubject: x\n\ny\n"
    )

    assert [r.address for r in message.bounce.recipients] == ["ana@exemplo.example"]
    assert message.bounce.original_message_id == "ours.2@pedralva.example"


def test_a_customer_who_asks_about_a_bounce_is_a_person():
    message = parse(
        b"From: ana@exemplo.example\nSubject: Re: Undelivered Mail Returned to Sender\n\n"
        b"My mail to <bia@exemplo.example> came back with 550 5.1.1. Why?\n"
    )

    assert message.auto is AutoKind.PERSON
    assert message.bounce is None
