import base64
import time

import pytest

from engagement.channels.email.parsed import Oversized, Unparsable
from engagement.channels.email.parsing import parse

FROM = b"From: Ana <ana@exemplo.example>\n"


def mixed(*parts: bytes, subtype: bytes = b"mixed", head: bytes = FROM) -> bytes:
    body = b"".join(b"--b\n" + part + b"\n" for part in parts)
    return head + b"Content-Type: multipart/" + subtype + b'; boundary="b"\n\n' + body + b"--b--\n"


def text_of(body: bytes, **fields: str) -> str:
    lines = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in fields.items())
    return parse(FROM + lines.encode() + b"\n" + body).text


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\n\t", "empty"),
        (b"\n\njust text\n", "no header"),
        (b"hello there\n", "no header"),
        (b"\x00\x01\x02", "no header"),
        (b"Subject: x\n\nhello", "no sender"),
        (b"From: Ana\n\nhello", "no sender"),
    ],
)
def test_what_nobody_could_answer_is_refused_with_a_reason(raw, reason):
    with pytest.raises(Unparsable) as refusal:
        parse(raw)

    assert reason in refusal.value.reason


@pytest.mark.parametrize(
    "field", ["From: a@b.example", "Sender: a@b.example", "Reply-To: a@b.example", "Return-Path: <a@b.example>"]
)
def test_the_sender_is_found_wherever_it_stands(field):
    assert parse(f"{field}\n\nx".encode()).sender.address == "a@b.example"


def test_smtps_sender_stands_in_for_a_missing_one():
    assert parse(b"Subject: x\n\ny", envelope_sender="a@b.example").sender.address == "a@b.example"


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("utf-8", "utf-8", "Olá, 日本"), ("UTF8", "utf-8", "Olá"), ("iso-8859-1", "cp1252", "preço € 5 – já"),
        ("latin1", "cp1252", "“aspas”"), ("windows-1252", "cp1252", "não"), ("iso-8859-15", "iso8859-15", "5 €"),
        ("windows-1251", "cp1251", "привет"), ("koi8-r", "koi8-r", "привет"), ("shift_jis", "cp932", "①あいう"),
        ("x-sjis", "cp932", "あいう"), ("iso-2022-jp", "iso2022_jp", "あいう"), ("euc-jp", "euc_jp", "あいう"),
        ("euc-kr", "cp949", "똠방각하"), ("ks_c_5601-1987", "cp949", "한국"), ("gb2312", "gb18030", "镕基"),
        ("gbk", "gb18030", "你好"), ("big5", "big5hkscs", "你好"), ("hz-gb-2312", "hz", "你好"),
        ("utf-7", "utf-7", "Olá"),
        ("utf-16", "utf-16", "Olá"), ("iso-8859-8-i", "iso8859-8", "שלום"), ("tis-620", "cp874", "ไทย"),
        ("macintosh", "mac_roman", "Olá"), ("us-ascii", "utf-8", "Olá"), ("", "utf-8", "Olá"),
        ("x-unknown", "cp1252", "não é"), ("no-such-charset", "utf-8", "Olá"), ("utf-8", "cp1252", "não é você"),
        ("gb2312", "utf-8", "你好吗"), ("us-ascii", "iso2022_jp", "あいう"), ("idna", "utf-8", "Olá"),
        ('"utf-8"', "utf-8", "Olá"),
    ],
)  # fmt: skip
def test_text_is_decoded_by_what_it_is_and_not_only_by_its_label(label, codec, text):
    body = base64.encodebytes(text.encode(codec))
    content_type = f"text/plain; charset={label}" if label else "text/plain"

    assert text_of(body, Content_Type=content_type, Content_Transfer_Encoding="base64") == text


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        ("quoted-printable", b"caf=C3=A9 =\nau lait", "café au lait"),
        ("Quoted-Printable;", b"caf=C3=A9", "café"),
        ("quoted-printable", b"100% =XY==", "100% =XY="),
        ("base64", b"Y2Fmw6k", "café"),
        ("base64", b"Y2 Fm!\nw6k=", "café"),
        ("base64", b"Y2Fmw6k=\nY2Fmw6k=", "café"),
        ("7-bit", b"cafe", "cafe"),
        ("", "café".encode(), "café"),
        ("x-uuencode", b"begin 644 a\n$8V%F90``\n`\nend\n", "cafe"),
    ],
)
def test_transfer_encodings_are_undone_as_far_as_they_go(encoding, body, text):
    assert text_of(body, Content_Type="text/plain; charset=utf-8", Content_Transfer_Encoding=encoding) == text


def test_soft_line_breaks_become_paragraphs():
    body = b"One long \nparagraph.\n> quoted \n> too\n\n-- \nAna"

    assert text_of(body, Content_Type="text/plain; format=flowed") == ("One long paragraph.\n> quoted too\n\n-- \nAna")


def test_a_message_is_read_by_its_plain_text_and_shown_by_its_html():
    message = parse(mixed(b"\nplain", b"Content-Type: text/html\n\n<p><b>Plain</b></p>", subtype=b"alternative"))

    assert (message.text, message.html) == ("plain", "<p><b>Plain</b></p>")


def test_text_is_built_from_html_where_it_is_missing():
    for plain in (b"\n", b"\n   \n"):
        message = parse(mixed(plain, b"Content-Type: text/html\n\n<p>Hello<br>you</p>", subtype=b"alternative"))
        assert message.text == "Hello\nyou"


def test_texts_between_files_are_joined():
    message = parse(mixed(b"\none", b"Content-Type: image/png\n\nx", b"\ntwo"))

    assert message.text == "one\n\ntwo"
    assert message.html == ""
    assert [a.filename for a in message.attachments] == ["attachment-1.png"]


def test_plain_text_beside_html_is_kept_in_the_html():
    message = parse(mixed(b"\none & two", b"Content-Type: text/html\n\n<p>three</p>"))

    assert message.html == "<div>one &amp; two</div>\n<p>three</p>"


def test_an_inline_image_waits_for_its_attachment():
    root = b'Content-Type: text/html\n\n<img src="cid:logo@x" alt="Logo">'
    image = b"Content-Type: image/png\nContent-ID: <logo@x>\nContent-Disposition: inline\n\n\x89PNG\r\n\x1a\n"
    message = parse(mixed(root, image, subtype=b"related"))

    assert message.html == '<img alt="Logo" data-cid="logo@x">'
    assert [(a.content_id, a.inline, a.disposition) for a in message.attachments] == [("logo@x", True, "inline")]


def test_a_forwarded_message_is_a_file_named_after_its_subject():
    inner = b"Content-Type: message/rfc822\n\nFrom: b@c.example\nSubject: =?utf-8?q?Ol=C3=A1?=\n\ntext"
    (attached,) = parse(mixed(b"\nsee", inner)).attachments

    assert (attached.filename, attached.is_message) == ("Olá.eml", True)
    assert attached.content.endswith(b"\n\ntext")


def test_winmail_dat_stays_a_file():
    part = b"Content-Type: application/ms-tnef; name=winmail.dat\n\n\x78\x9f\x3e\x22rest"

    assert parse(mixed(part)).attachments[0].sniffed_type == "application/ms-tnef"


def test_a_uuencoded_file_in_the_text_becomes_an_attachment():
    message = parse(FROM + b"\nSee below.\n\nbegin 644 note.txt\n$8V%F90``\n`\nend\n\nBye.\n")

    assert message.text == "See below.\n\n\nBye."
    assert [(a.filename, a.content) for a in message.attachments] == [("note.txt", b"cafe")]


@pytest.mark.parametrize(
    "field",
    [
        b'Content-Disposition: attachment; filename="relat=?utf-8?q?=C3=B3?=rio.pdf"',
        b"Content-Disposition: attachment; filename*=utf-8''relat%C3%B3rio.pdf",
        b"Content-Disposition: attachment; filename*0*=utf-8''rela; filename*1*=t%C3%B3rio; filename*2=.pdf",
        b"Content-Disposition: attachment; filename*2=.pdf; filename*1*=%C3%B3rio; filename*0*=utf-8''relat",
        b"Content-Disposition: attachment; filename=\"x\"; filename*=iso-8859-1'pt'relat%F3rio.pdf",
        'Content-Disposition: attachment; filename="relatório.pdf"'.encode(),
        'Content-Disposition: attachment; filename="relatório.pdf"'.encode("latin-1"),
        b'Content-Type: application/pdf; name="=?iso-8859-1?Q?relat=F3rio.pdf?="',
        b'Content-Disposition: attachment; filename="C:\\\\temp\\\\relat=?utf-8?b?w7M=?=rio.pdf"',
        b"Content-Disposition: attachment; filename=../../relat=?utf-8?b?w7M=?=rio.pdf",
    ],
)
def test_file_names_are_decoded_however_they_are_written(field):
    if b"Content-Type" not in field:
        field = b"Content-Type: application/pdf\n" + field

    assert parse(mixed(field + b"\n\n%PDF-1")).attachments[0].filename == "relatório.pdf"


def test_a_file_that_is_too_large_is_left_out_and_noted():
    part = b"Content-Type: application/pdf; name=big.pdf\n\n" + b"x" * 101
    message = parse(mixed(b"\nsee", part), max_attachment_bytes=100)

    assert message.attachments == ()
    assert message.oversized == (Oversized("big.pdf", 101),)
    assert message.defects == ("attachment left out, 101 bytes: big.pdf",)


def test_a_body_that_is_too_long_is_cut_and_noted():
    message = parse(FROM + b"\n" + b"a b c d\n" * 300_000)

    assert len(message.text) <= 1024 * 1024
    assert message.defects == ("body cut: it is longer than 1 MiB",)


def test_nul_and_lone_surrogates_never_reach_the_database():
    message = parse(
        b"From: A\x00na <ana@exemplo.example>\nSubject: a\x00b =?utf-8?q?=ED=A0=80=00c?=\n"
        b"Content-Type: text/plain; charset=utf-7\n\na\x00b+2AA-c"
    )

    for value in (message.subject, message.text, message.sender.name, message.visible_text):
        assert "\x00" not in value
        value.encode("utf-8")


def test_header_lines_that_lost_their_indentation_are_rejoined():
    message = parse(b"From: ana@exemplo.example\nSubject: a very\nlong subject\nTo: b@c.example\n\nx")

    assert (message.subject, message.to[0].address) == ("a very long subject", "b@c.example")
    assert message.defects == ("malformed header",)


def test_a_body_without_the_blank_line_before_it_is_kept():
    message = parse(b"From: ana@exemplo.example\nSubject: x\nHello there\nhow are you\n")

    assert message.text == "Hello there\nhow are you"


def test_a_lost_boundary_is_guessed():
    message = parse(FROM + b"Content-Type: multipart/mixed\n\n--zz\n\none\n--zz\n\ntwo\n--zz--\n")

    assert message.text == "one\n\ntwo"
    assert message.defects == ("boundary guessed",)


def test_a_multipart_without_parts_is_read_as_text():
    message = parse(FROM + b"Content-Type: multipart/mixed; boundary=b\n\nhello\n")

    assert message.text == "hello"
    assert message.defects == ("multipart without its boundary",)


def test_an_mbox_line_and_carriage_returns_alone_are_tolerated():
    assert parse(b"From ana Mon Jun  3\n" + FROM + b"\nx").text == "x"
    assert parse(FROM.replace(b"\n", b"\r") + b"\rone\rtwo").text == "one\ntwo"


def test_an_invitation_is_read():
    part = b"""Content-Type: text/calendar; charset=utf-8; method=REQUEST

BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:America/Sao_Paulo
DTSTART:19700101T000000
END:VTIMEZONE
BEGIN:VEVENT
UID:1@exemplo.example
DTSTART;TZID=America/Sao_Paulo:20240603T100000
DTEND;TZID=America/Sao_Paulo:20240603T110000
SUMMARY:Visita\\, loja
  azul
LOCATION:Rua A\\; 5
ORGANIZER;CN="Souza, Ana":mailto:ana@exemplo.example
END:VEVENT
END:VCALENDAR
"""
    message = parse(mixed(b"\nVisita", part, subtype=b"alternative"))
    (event,) = message.calendar

    assert (event.method, event.summary, event.location, event.uid) == (
        "REQUEST", "Visita, loja azul", "Rua A; 5", "1@exemplo.example",
    )  # fmt: skip
    assert (event.start, event.end) == ("2024-06-03T13:00:00+00:00", "2024-06-03T14:00:00+00:00")
    assert event.zone == "America/Sao_Paulo"
    assert event.organizer == "Souza, Ana <ana@exemplo.example>"
    assert (message.text, message.attachments) == ("Visita", ())


def test_message_ids_lose_their_brackets_and_blanks():
    message = parse(
        FROM + b"Message-ID:  < 1.2 @exemplo.example >\nIn-Reply-To: Your message of Monday <a@b> (x)\n"
        b"References: <a@b>\n\t<c@d><a@b> junk\n\nx"
    )

    assert message.message_id == "1.2@exemplo.example"
    assert message.in_reply_to == ("a@b",)
    assert message.references == ("a@b", "c@d")


def test_where_it_was_delivered_is_told_by_the_servers():
    message = parse(
        b"Delivered-To: a@b.example\nX-Original-To: c@d.example\nDelivered-To: a@b.example\n" + FROM + b"\nx"
    )

    assert message.delivered_to == ("a@b.example", "c@d.example")


DEEP = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5_000))
HTML = b"Content-Type: text/html\n\n"
ADVERSARIES = {
    "deep nesting": FROM + DEEP,
    "many parts": FROM + b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\na\n" * 100_000,
    "one boundary for all": FROM + b"Content-Type: multipart/mixed; boundary=x\n\n" * 1 + b"--x\n" + DEEP,
    "many fields": FROM + b"X: y\n" * 150_000,
    "many continuations": FROM + b" a\n" * 250_000,
    "open quotes": FROM + b'To: "' + b'\\"' * 400_000 + b"\n\n",
    "encoded words": FROM + b"Subject: " + b"=?utf-8?q?a" * 80_000 + b"\n\n",
    "parameters": FROM + b"Content-Type: text/plain" + b';a="\\"' * 100_000 + b"\n\n",
    "uuencode": FROM + b"\n" + b"begin 644 a\n" * 70_000 + b"\nend\n",
    "nested html": FROM + HTML + b"<div>" * 150_000,
    "quoted html": FROM + HTML + b"<div class=gmail_quote>a" * 40_000,
    "ampersands": FROM + HTML + b"&" * 900_000,
    "images": FROM + HTML + b"<img src=http://a/>" * 50_000,
    "bounce": b"From: mailer-daemon@x\nSubject: Undelivered\n\n" + b"<a@b.example>:\n550 " * 40_000,
    "calendar": FROM + b"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\n" + b"A;B=" * 200_000,
}


@pytest.mark.parametrize("name", ADVERSARIES)
def test_a_message_made_to_be_slow_is_read_in_two_seconds(name):
    begun = time.process_time()

    parse(ADVERSARIES[name])

    assert time.process_time() - begun < 2
