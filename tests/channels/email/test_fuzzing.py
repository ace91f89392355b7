"""Whatever the bytes are, parsing ends soon and with a message or a reason."""

import random
import time

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engagement.channels.email.parsed import Unparsable
from engagement.channels.email.parsing import parse
from tests.channels.email.corpora import all_mail, corpus, cpython_mail

FRAGMENTS = [
    b"\r\n", b"\n\n", b"--", b"=?utf-8?q?", b"?=", b'"', b"<", b">", b"(", b"\x00", b"\xff", b"boundary=",
    b"Content-Type: ", b";", b"multipart/mixed", b"base64", b"message/rfc822", b"charset=utf-16", b"charset=utf-7",
    b"charset=idna", b"charset=hz", b"iso-2022-jp", b"name*0*=", b"%E2", b"\xf0\x9f", b"\xed\xa0\x80",
    b"begin 644 a\n", b"BEGIN:VCALENDAR\n", b"text/html", b"text/calendar", b"quoted-printable", b"format=flowed",
    b"multipart/report", b"message/delivery-status", b"multipart/alternative", b"multipart/related",
    b"Action: failed\n", b"Date: ", b"99999999999", b"From: ", b"<div class=gmail_quote>", b"</div>", b"&#0;",
]  # fmt: skip


def check(raw: bytes) -> None:
    begun = time.process_time()
    try:
        message = parse(raw)
    except Unparsable as refusal:
        check_reason(refusal.reason)
    else:
        texts = [message.text, message.html, message.subject, message.message_id, *message.references]
        texts += [message.visible_text, message.quoted_text, message.signature, message.html_visible]
        texts += [attachment.filename for attachment in message.attachments]
        texts += [part for mailbox in (*message.to, *message.cc) for part in (mailbox.name, mailbox.address)]
        for text in texts:
            assert "\x00" not in text
            text.encode("utf-8")
        parts = [message.visible_text, message.quoted_text, message.signature]
        if message.forward:
            parts += [message.forward.head, message.forward.text]
        assert filled(message.text) == filled("\n".join(parts))
    assert time.process_time() - begun < 1


def check_reason(reason: str) -> None:
    assert reason.endswith(".")


def filled(text: str) -> list[str]:
    """Its lines without blank ends; a forward's text is shown without the ``>`` before each line."""
    lines = (line.strip().removeprefix(">").strip() for line in text.split("\n"))
    return sorted(line for line in lines if line)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=2_000))
@example(b"From: a@b\nContent-Type: multipart/mixed; boundary=\n\n--\n\nx")
def test_random_bytes(raw):
    check(raw)
    check(b"From: a@b.example\n" + raw)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=20), max_size=60))
def test_random_pieces_of_messages(pieces):
    check(b"From: a@b.example\n" + b"".join(pieces))


def mutated(raw: bytes, chance: random.Random) -> bytes:
    data = bytearray(raw)
    for _ in range(chance.randint(1, 25)):
        place = chance.randrange(len(data) + 1)
        other = chance.randrange(len(data) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            del data[place : place + chance.randint(0, 30)]
        elif kind == 1:
            data[place:place] = chance.choice(FRAGMENTS)
        elif kind == 2:
            data[place:place] = data[other : other + chance.randint(0, 300)]
        else:
            data[place : place + chance.randint(0, 10)] = chance.randbytes(chance.randint(0, 4))
    return bytes(data)


def test_mutated_messages_of_the_corpora():
    corpus("mail")
    chance = random.Random(20240603)
    seeds = [path.read_bytes() for path in (*all_mail(), *cpython_mail())]
    for _ in range(3_000):
        check(mutated(chance.choice(seeds), chance))
