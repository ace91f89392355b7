from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engagement.channels.email.addresses import InvalidAddress, Mailbox
from engagement.channels.email.attachments import safe_filename
from engagement.channels.email.composing import (
    OutgoingAttachment,
    OutgoingEmail,
    UnsafeHeader,
    compose,
    needs_smtputf8,
)
from engagement.channels.email.parsing import parse
from engagement.visible_text import visible_text

NOON = datetime(2024, 6, 3, 12, tzinfo=timezone(timedelta(hours=-3)))
LETTER = OutgoingEmail(
    message_id="1.2@pedralva.example",
    from_=Mailbox("Pedralva", "care@pedralva.example"),
    to=(Mailbox("Ana Souza", "ana@exemplo.example"),),
    subject="Pedido 4711",
    text="Bom dia.\n",
    date=NOON,
)

PLAIN = b"""Date: Mon, 03 Jun 2024 12:00:00 -0300
From: Pedralva <care@pedralva.example>
To: Ana Souza <ana@exemplo.example>
Subject: Pedido 4711
Message-ID: <1.2@pedralva.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii
Content-Transfer-Encoding: 7bit

Bom dia.
"""


def test_a_plain_letter_is_as_plain_on_the_wire():
    assert compose(LETTER) == PLAIN.replace(b"\n", b"\r\n")


def test_the_same_letter_gives_the_same_bytes():
    letter = replace(LETTER, html="<p>x</p>", attachments=(OutgoingAttachment("a.txt", "text/plain", b"a"),))

    assert compose(letter) == compose(letter)


def test_threading_fields_are_written_one_id_a_line():
    letter = replace(LETTER, in_reply_to="c@d", references=("a@b", "c@d"))

    assert b"\r\nIn-Reply-To: <c@d>\r\nReferences: <a@b>\r\n <c@d>\r\n" in compose(letter)


def test_of_very_many_references_the_first_and_the_newest_stay():
    letter = replace(LETTER, references=tuple(f"{number}@b" for number in range(500)))

    references = parse(compose(letter)).references

    assert len(references) == 100
    assert (references[0], references[1], references[-1]) == ("0@b", "401@b", "499@b")


def test_nobody_named_is_undisclosed_recipients():
    assert b"\r\nTo: undisclosed-recipients:;\r\n" in compose(replace(LETTER, to=()))


def test_automatic_answers_can_say_so():
    assert b"\r\nAuto-Submitted: auto-replied\r\n" in compose(
        replace(LETTER, headers={"Auto-Submitted": "auto-replied"})
    )


def test_an_international_domain_is_sent_in_ascii_and_an_international_name_needs_smtputf8():
    domain = replace(LETTER, to=(Mailbox("", "ana@münchen.example"),))
    name = replace(LETTER, to=(Mailbox("", "josé@münchen.example"),))

    assert b"\r\nTo: ana@xn--mnchen-3ya.example\r\n" in compose(domain)
    assert "\r\nTo: josé@xn--mnchen-3ya.example\r\n".encode() in compose(name)
    assert (needs_smtputf8(domain), needs_smtputf8(name)) == (False, True)


def test_a_full_letter_is_alternative_in_related_in_mixed():
    letter = replace(
        LETTER,
        html='<p>Olá <img src="cid:logo@x"></p>',
        attachments=(
            OutgoingAttachment("logo.png", "image/png", b"\x89PNG\r\n\x1a\n", content_id="logo@x"),
            OutgoingAttachment("relatório.pdf", "application/pdf", b"%PDF-1.7"),
        ),
    )
    message = message_from_bytes(compose(letter), policy=policy.default)

    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
        "application/pdf",
    ]  # fmt: skip
    assert [part.get_filename() for part in message.iter_attachments()] == ["relatório.pdf"]
    assert not any(part.defects for part in message.walk())


def test_a_message_is_sent_as_a_file_because_it_must_not_be_encoded():
    letter = replace(LETTER, attachments=(OutgoingAttachment("a.eml", "message/rfc822", b"Subject: x\n\ny"),))

    assert parse(compose(letter)).attachments[0].declared_type == "application/octet-stream"


BREAKS = ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\x00b", "a\x0bb", "a\x0cb", "a\x85b", "a\u2028b", "a\x1b[2J"]


@pytest.mark.parametrize("value", BREAKS)
@pytest.mark.parametrize(
    ("header", "change"),
    [
        ("Subject", lambda value: {"subject": value}),
        ("From", lambda value: {"from_": Mailbox(value, "a@b.example")}),
        ("To", lambda value: {"to": (Mailbox(value, "a@b.example"),)}),
        ("To", lambda value: {"to": (Mailbox("", f"{value}@b.example"),)}),
        ("To", lambda value: {"to": (Mailbox("", f"a@{value}.example"),)}),
        ("Cc", lambda value: {"cc": (Mailbox(value, "a@b.example"),)}),
        ("Reply-To", lambda value: {"reply_to": (Mailbox(value, "a@b.example"),)}),
        ("Message-ID", lambda value: {"message_id": f"{value}@b"}),
        ("In-Reply-To", lambda value: {"in_reply_to": f"{value}@b"}),
        ("References", lambda value: {"references": ("a@b", f"{value}@b")}),
        ("X-Own", lambda value: {"headers": {"X-Own": value}}),
        ("Content-Type", lambda value: {"attachments": (OutgoingAttachment("a", value, b""),)}),
        ("Content-Disposition", lambda value: {"attachments": (OutgoingAttachment(value, "a/b", b""),)}),
        ("Content-ID", lambda value: {"html": "x", "attachments": (OutgoingAttachment("a", "a/b", b"", value),)}),
    ],
)  # fmt: skip
def test_no_value_can_begin_a_header_of_its_own(header, change, value):
    with pytest.raises(UnsafeHeader) as refusal:
        compose(replace(LETTER, **change(value)))

    assert refusal.value.header == header


@pytest.mark.parametrize("name", ["", "X Own", "X:Own", "X\r\nBcc", "Bcc", "From", "content-type", "Ünicode"])
def test_no_header_of_ours_and_no_broken_name_can_be_added(name):
    with pytest.raises(UnsafeHeader):
        compose(replace(LETTER, headers={name: "x"}))


@pytest.mark.parametrize(
    "address", ["", "a", "a b@c.example", "a,b@c.example", "a@b.example>, <c@d.example", "a<b@c.example"]
)
def test_an_address_that_would_become_two_is_refused(address):
    with pytest.raises(InvalidAddress):
        compose(replace(LETTER, to=(Mailbox("", address),)))


def test_a_date_without_its_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        compose(replace(LETTER, date=NOON.replace(tzinfo=None)))


words = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=120)
lines = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=1_500)
locals_ = st.from_regex(r"[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,20}(\.[a-z0-9]{1,10})?", fullmatch=True)
mailboxes = st.builds(
    Mailbox,
    words.map(lambda name: visible_text(" ".join(name.split())[:100].strip("\"' "))),
    locals_.map(lambda local: f"{local}@exemplo.example"),
)


@st.composite
def letters(draw):
    files = draw(st.lists(st.tuples(words, st.binary(max_size=300)), max_size=3))
    return replace(
        LETTER,
        from_=draw(mailboxes),
        to=tuple(draw(st.lists(mailboxes, min_size=1, max_size=4, unique=True))),
        cc=tuple(draw(st.lists(mailboxes, max_size=3, unique=True))),
        subject=visible_text(draw(words)),
        text=draw(lines),
        html=draw(st.none() | st.just("<p>Olá</p>")),
        attachments=tuple(
            OutgoingAttachment(safe_filename(name, "application/pdf", n), "application/pdf", data)
            for n, (name, data) in enumerate(files, start=1)
        ),
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(letters())
def test_what_is_composed_is_what_is_parsed(letter):
    assume("=?" not in letter.text)
    raw = compose(letter)
    read = parse(raw)

    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert read.subject == letter.subject
    assert (read.sender, read.to, read.cc) == (letter.from_, letter.to, letter.cc)
    assert read.date == letter.date.astimezone(UTC)
    assert [(a.filename, a.content) for a in read.attachments] == [(a.filename, a.content) for a in letter.attachments]
    if letter.text.strip():
        assert letter.text.strip("\n") in (read.text, read.plain_text)  # the HTML of these letters says other words
    assert read.message_id == letter.message_id
    assert not read.defects
