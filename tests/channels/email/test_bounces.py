import logging

import pytest

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


def test_flufl_bounces_messages_are_recognised_as_they_come_in_life_and_nothing_is_logged(caplog):
    """With the null reverse-path that every mail server gives its reports; the files have lost it."""
    caplog.set_level(logging.DEBUG)
    messages = {path.name: parse(path.read_bytes(), envelope_sender="") for path in sorted(bounces().glob("*.txt"))}
    missed = {name for name, message in messages.items() if message.bounce is None}

    assert len(messages) == 117
    assert {"qmail_08.txt", "groupwise_03.txt"} <= missed  # an automatic reply, and a person's letter
    assert len(missed) <= 6
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_flufl_bounces_messages_without_a_null_sender_need_another_sign():
    messages = [parse(path.read_bytes()) for path in sorted(bounces().glob("*.txt"))]

    assert sum(message.bounce is not None for message in messages) >= 108


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


FORWARDED = b"""From: Ana Prado <ana@exemplo.example>
Subject: Fwd: Undelivered Mail Returned to Sender
Message-ID: <fwd@exemplo.example>
In-Reply-To: <ours.1@pedralva.example>
Content-Type: multipart/mixed; boundary=f

--f
Content-Type: text/plain

Which address is right? And when does my frame come?

--f
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; velho@exemplo.example
Action: failed
Status: 5.1.1

--f
Content-Type: message/rfc822

Message-ID: <ours.1@pedralva.example>
Subject: Pedido

Ola
--f--
"""


@pytest.mark.parametrize("subject", [b"Fwd: Undelivered Mail Returned to Sender", b"mail delivery failed", b"bounce"])
def test_a_customer_who_forwards_a_bounce_is_a_person_with_all_the_parts(subject):
    message = parse(
        FORWARDED.replace(b"Fwd: Undelivered Mail Returned to Sender", subject),
        envelope_sender="ana@exemplo.example",
    )

    assert (message.auto, message.bounce) == (AutoKind.PERSON, None)
    assert "when does my frame come?" in message.visible_text
    assert [file.filename for file in message.attachments][-1] == "delivery-status.txt"
    assert b"velho@exemplo.example" in message.attachments[-1].content


def test_pasted_words_of_a_mail_server_make_nobody_a_machine():
    message = parse(
        b"From: ana@exemplo.example\nSubject: message delayed, bounce\n\nHi, this came back:\n\n"
        b"This message was created automatically by mail delivery software.\nA message that you sent could not be "
        b"delivered:\n\n  bia@x.example\n    host mx.x.example said: 550 5.1.1 User unknown\n\nWhy?\n",
        envelope_sender="ana@exemplo.example",
    )

    assert (message.auto, message.bounce) == (AutoKind.PERSON, None)


SAID = {
    "OpenSMTPD": b"From: Mailer Daemon <MAILER-DAEMON@mx.example>\nSubject: Delivery status notification: error\n\n    Hi!\n\n"
    b"    An error has occurred while attempting to deliver a message for\n    the following list of recipients:\n\n"
    b"ana@exemplo.example: 550 5.1.1 no such user here\n\n    Below is a copy of the original message:\n\n",
    "DragonFly": b"From: MAILER-DAEMON <>\nSubject: Mail delivery failed\n\nThis is the DragonFly Mail Agent.\n\n"
    b"There was an error delivering your mail to <ana@exemplo.example>.\n\nmx.example [192.0.2.1] did not like our RCPT TO:\n"
    b"550 5.1.1 no such user\n\nMessage headers follow.\n\n",
    "Yahoo": b"From: MAILER-DAEMON@yahoo.example\nSubject: Failure Notice\n\nSorry, we were unable to deliver your message to the "
    b"following address.\n\n<ana@exemplo.example>:\n550: 5.1.1 User unknown\n\n--- Below this line is a copy of the message.\n\n",
    "Exchange": b"From: postmaster@exemplo.example\nSubject: Undeliverable: Pedido\n\nDelivery has failed to these recipients or "
    b"groups:\n\nana@exemplo.example\nThe email address you entered couldn't be found. 5.1.1\n\n",
    "Precedence: bulk": b"From: MAILER-DAEMON@mx.example\nPrecedence: bulk\nSubject: Returned mail\n\n   ----- Transcript -----\n"
    b"<ana@exemplo.example>... User unknown 5.1.1\n\n   ----- Unsent message follows -----\n",
    "broken boundary": b"From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nAuto-Submitted: auto-replied\n"
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="a"\n\n--b\nContent-Type: message/delivery-status\n\n'
    b"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; ana@exemplo.example\nAction: failed\nStatus: 5.1.1\n\n--b--\n",
}


@pytest.mark.parametrize("server", SAID)
def test_servers_that_keep_to_no_standard_are_understood(server):
    copy = b"Message-ID: <ours.1@pedralva.example>\nFrom: care@pedralva.example\nTo: ana@exemplo.example\nSubject: Pedido\n\nBom dia\n"
    message = parse(SAID[server] + copy, envelope_sender="")

    assert message.auto is AutoKind.BOUNCE
    assert [one.address for one in message.bounce.recipients] == ["ana@exemplo.example"]
    assert "5.1.1" in f"{message.bounce.recipients[0].status} {message.bounce.recipients[0].diagnostic}"
    assert message.bounce.original_message_id == "ours.1@pedralva.example"


def test_a_report_that_names_nobody_is_a_bounce_of_the_message_in_it():
    message = parse(
        b"From: postmaster@x.example\nSubject: Undeliverable: Re: Pedido\nContent-Type: multipart/report; boundary=r\n\n--r\n\n"
        b"Your message could not be delivered. The mailbox does not exist.\n--r\nContent-Type: message/rfc822\n\n"
        b"Message-ID: <ours.1@pedralva.example>\nSubject: x\n\ny\n--r--\n",
        envelope_sender="",
    )

    assert message.auto is AutoKind.BOUNCE
    assert (message.bounce.recipients, message.bounce.original_message_id) == ((), "ours.1@pedralva.example")
    assert "does not exist" in message.bounce.detail
