"""What came wrapped is opened: signed mail, winmail.dat, messages in messages, invitations; bounded in all of it."""

import base64
import struct
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from engagement.channels.email import rtf_text, tnef
from engagement.channels.email.calendars import zone_named
from engagement.channels.email.parsing import parse

HEAD = b"From: Greta <greta@c.example>\r\nSubject: x\r\nMIME-Version: 1.0\r\n"


@pytest.fixture(scope="module")
def signer():
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Greta")])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(begin).not_valid_after(begin + timedelta(days=3650))
    return builder.sign(key, hashes.SHA256()), key


def signed(signer, inner: bytes) -> bytes:
    certificate, key = signer
    builder = pkcs7.PKCS7SignatureBuilder().set_data(inner).add_signer(certificate, key, hashes.SHA256())
    return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def attached(kind: bytes, name: bytes, data: bytes) -> bytes:
    return (
        HEAD + b"Content-Type: " + kind + b'; name="' + name + b'"\r\nContent-Transfer-Encoding: base64\r\n'
        b'Content-Disposition: attachment; filename="' + name + b'"\r\n\r\n' + base64.encodebytes(data)
    )


INNER = b"Content-Type: text/plain; charset=utf-8\r\n\r\nThe fork is bent.\r\n"
MIXED = (
    b'Content-Type: multipart/mixed; boundary="i"\r\n\r\n--i\r\nContent-Type: text/plain\r\n\r\nSee the invoice.\r\n'
    b'--i\r\nContent-Type: application/pdf; name="invoice.pdf"\r\n\r\n%PDF-1.7 x\r\n--i--\r\n'
)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (b"application/pkcs7-mime; smime-type=signed-data", b"smime.p7m"),
        (b"application/x-pkcs7-mime", b"smime.p7m"),
        (b"application/octet-stream", b"smime.p7m"),
    ],
)
def test_what_is_only_signed_is_opened(signer, kind, name):
    message = parse(attached(kind, name, signed(signer, MIXED)))

    assert message.visible_text == "See the invoice."
    assert [file.filename for file in message.attachments] == ["invoice.pdf"]
    assert message.marks == {"signed"}


def test_signed_inside_of_signed_is_opened_a_few_times_only(signer):
    data = signed(signer, INNER)
    for _level in range(8):
        head = b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        data = signed(signer, head + base64.encodebytes(data))
    message = parse(attached(b"application/pkcs7-mime", b"smime.p7m", data))

    assert [file.filename for file in message.attachments] == ["smime.p7m"]


@pytest.mark.parametrize("damage", [b"", b"\x30", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"not asn.1 at all"])
def test_what_is_no_cms_stays_a_file(damage):
    message = parse(attached(b"application/pkcs7-mime", b"smime.p7m", damage + b"x" * 10))

    assert [file.filename for file in message.attachments] == ["smime.p7m"]


def test_a_signature_beside_its_text_is_told():
    body = b'Content-Type: multipart/signed; boundary="s"\r\n\r\n--s\r\n' + INNER + b"--s\r\n"
    message = parse(HEAD + body + b"Content-Type: application/pgp-signature\r\n\r\nx\r\n--s--\r\n")

    assert (message.visible_text, message.marks) == ("The fork is bent.", {"signed"})


@pytest.mark.parametrize(
    ("text", "visible", "marks"),
    [
        ("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHi there\n- -- dashed\n-----BEGIN PGP SIGNATURE-----\n\nx\n"
         "-----END PGP SIGNATURE-----", "Hi there\n-- dashed", {"signed"}),
        ("-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----", None, {"encrypted"}),
        ("See below:\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----", None, {"encrypted"}),
        ("He wrote -----BEGIN PGP MESSAGE----- in a mail", None, set()),
    ],
)  # fmt: skip
def test_pgp_in_the_text_is_told(text, visible, marks):
    message = parse(HEAD + b"\r\n" + text.encode())

    assert message.marks == marks
    if visible:
        assert message.text == visible


def attribute(level: int, name: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, 6, len(data)) + data + b"\x00\x00"


def properties(*values: tuple[int, int, bytes]) -> bytes:
    packed = struct.pack("<I", len(values))
    for kind, name, data in values:
        packed += struct.pack("<HHII", kind, name, 1, len(data)) + data + b"\x00" * (-len(data) % 4)
    return packed


def winmail(*attributes: bytes) -> bytes:
    return tnef.SIGNATURE + b"\x01\x00" + b"".join(attributes)


def test_the_html_and_the_files_of_winmail_dat_are_read():
    data = winmail(
        attribute(1, 0x9003, properties((0x102, 0x1013, b"<p>Hello <b>you</b></p>"))),
        attribute(2, 0x9002, b"\x00" * 14),
        attribute(2, 0x8010, b"short.txt\x00"),
        attribute(2, 0x800F, b"the file"),
        attribute(2, 0x9005, properties((0x1F, 0x3707, "recibo ação.txt".encode("utf-16-le") + b"\x00\x00"))),
    )
    message = parse(attached(b"application/ms-tnef", b"winmail.dat", data))

    assert message.visible_text == "Hello you"
    assert [(file.filename, file.content) for file in message.attachments] == [("recibo ação.txt", b"the file")]


def test_the_rtf_of_winmail_dat_is_read():
    rtf = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 Ol\'e1, a pe\'e7a chegou.\par Obrigada \u8364?5}"
    packed = struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf
    data = winmail(attribute(1, 0x9003, properties((0x102, 0x1009, packed))))
    message = parse(attached(b"application/octet-stream", b"winmail.dat", data))

    assert message.visible_text == "Olá, a peça chegou.\nObrigada €5"


def test_compressed_rtf_is_unpacked():
    # The example of MS-OXRTFCP section 3.1.1.
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )

    assert rtf_text.unpack(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_html_inside_of_rtf_is_taken_out():
    rtf = (
        rb"{\rtf1\ansi\fromhtml1 {\*\htmltag19 <html>}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Hello"
        rb"\htmlrtf }\htmlrtf0 {\*\htmltag72 </p>}}"
    )

    assert rtf_text.read(rtf) == ("<html><p>Hello</p>", True)


@pytest.mark.parametrize(
    "data",
    [
        winmail(attribute(1, 0x9003, struct.pack("<I", 0xFFFFFFFF))),
        winmail(attribute(1, 0x9003, struct.pack("<IHHI", 1, 0x1002, 0x1000, 0xFFFFFFFF))),
        winmail(attribute(1, 0x9003, struct.pack("<IHHI", 1, 0x1E, 0x1000, 0xFFFFFFFF))),
        winmail(attribute(1, 0x9004, struct.pack("<I", 0xFFFFFFFF))),
        winmail(*[attribute(2, 0x9002, b"")] * 50_000),
        winmail(b"\x01" * 1_000_000),
        tnef.SIGNATURE,
    ],
)
def test_winmail_dat_made_to_be_slow_stays_a_file(data):
    begun = time.process_time()

    assert tnef.open_tnef(data) is None
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("piece", [b"{", b"\\u1 ", b"{\\*\\htmltag", b"\\'e1", b"}{", b"\\par"])
def test_rtf_made_to_be_slow_is_read(piece):
    begun = time.process_time()
    rtf_text.read(b"{\\rtf1\\fromhtml1 " + piece * (400_000 // len(piece)))

    assert time.process_time() - begun < 3


LETTER = (
    b"From: Rui <rui@c.example>\r\nTo: lia@l.example\r\nSubject: Torto\r\nDate: Sun, 29 Nov 2026 10:00:00 +0000\r\n"
)


def around(part: bytes) -> bytes:
    return (
        HEAD
        + b'Content-Type: multipart/mixed; boundary="m"\r\n\r\n--m\r\n\r\nSegue.\r\n--m\r\n'
        + part
        + b"\r\n--m--\r\n"
    )


@pytest.mark.parametrize(
    "kind",
    [
        b"Content-Type: message/rfc822",
        b'Content-Type: application/octet-stream; name="torto.eml"\r\nContent-Disposition: attachment',
        b'Content-Type: message/rfc822\r\nContent-Disposition: attachment; filename="torto.eml"',
    ],
)
def test_an_attached_message_is_read(kind):
    (inner,) = parse(around(kind + b"\r\n\r\n" + LETTER + b"\r\nVeio torto.")).messages

    assert (inner.sender.address, inner.subject, inner.text) == ("rui@c.example", "Torto", "Veio torto.")
    assert inner.date == datetime(2026, 11, 29, 10, tzinfo=UTC)


def test_messages_in_messages_are_read_to_a_depth():
    body = LETTER + b"\r\nThe end."
    for _level in range(8):
        body = LETTER + b"Content-Type: message/rfc822\r\n\r\n" + body
    depth, messages = 0, parse(around(b"Content-Type: message/rfc822\r\n\r\n" + body)).messages
    while messages:
        depth, messages = depth + 1, messages[0].messages

    assert depth == 3


def invitation(*lines: str, method: str = "REQUEST") -> bytes:
    event = "\r\n".join(["UID:u", "DTSTAMP:20261129T100000Z", "SUMMARY:Bike fitting", *lines])
    return (
        HEAD
        + f"Content-Type: text/calendar; charset=utf-8; method={method}\r\n\r\nBEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
        f"METHOD:{method}\r\nBEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n".encode()
    )


UTC_START = "DTSTART:20261203T173000Z"


@pytest.mark.parametrize(
    ("method", "lines", "kind"),
    [
        ("REQUEST", [UTC_START], "request"),
        ("REQUEST", [UTC_START, "SEQUENCE:2"], "moved"),
        ("REQUEST", [UTC_START, "STATUS:CANCELLED"], "canceled"),
        ("CANCEL", [UTC_START], "canceled"),
        ("COUNTER", [UTC_START], "counter"),
        ("DECLINECOUNTER", [UTC_START], "counter_declined"),
        ("PUBLISH", [UTC_START], "event"),
        ("REPLY", [UTC_START, "ATTENDEE;PARTSTAT=DECLINED;CN=Kira:mailto:k@c.example"], "declined"),
        ("REPLY", [UTC_START, "ATTENDEE;CN=Kira;PARTSTAT=TENTATIVE:mailto:k@c.example"], "tentative"),
        ("REPLY", [UTC_START, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:k@c.example"], "accepted"),
        ("REPLY", [UTC_START], "replied"),
    ],
)
def test_what_an_invitation_does_is_read(method, lines, kind):
    (event,) = parse(invitation(*lines, method=method)).calendar

    assert (event.kind, event.summary, event.start) == (kind, "Bike fitting", "2026-12-03T17:30:00+00:00")


@pytest.mark.parametrize(
    ("line", "start", "is_floating"),
    [
        ("DTSTART;TZID=E. South America Standard Time:20261203T143000", "2026-12-03T17:30:00+00:00", False),
        ("DTSTART;TZID=America/Sao_Paulo:20261203T143000", "2026-12-03T17:30:00+00:00", False),
        ("DTSTART;TZID=/freeassociation.sourceforge.net/America/Sao_Paulo:20261203T143000", "2026-12-03T17:30:00+00:00", False),
        ('DTSTART;TZID="W. Europe Standard Time":20260703T143000', "2026-07-03T12:30:00+00:00", False),
        ("DTSTART:20261203T143000", "2026-12-03T14:30:00", True),
        ("DTSTART;TZID=Nowhere:20261203T143000", "2026-12-03T14:30:00", True),
        ("DTSTART;VALUE=DATE:20261203", "2026-12-03", False),
    ],
)  # fmt: skip
def test_times_of_an_invitation_are_read_in_their_zone(line, start, is_floating):
    (event,) = parse(invitation(line)).calendar

    assert (event.start, event.is_floating) == (start, is_floating)


def test_repetition_comment_and_duration_are_read():
    (event,) = parse(
        invitation(UTC_START, "DURATION:PT45M", "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=10", "COMMENT:Too early\\, sorry")
    ).calendar

    assert event.end == "2026-12-03T18:15:00+00:00"
    assert event.repeats == {"frequency": "WEEKLY", "interval": 2, "count": 10}
    assert event.comment == "Too early, sorry"


@pytest.mark.parametrize(
    "body",
    [
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:nonsense",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR",
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 3_000,
        b"BEGIN:VCALENDAR\r\n" + b"X:y\r\n" * 6_000,
    ],
)
def test_a_calendar_that_cannot_be_read_is_a_file(body):
    message = parse(HEAD + b"Content-Type: text/calendar\r\n\r\n" + body)

    assert [file.filename for file in message.attachments] == ["invite.ics"] or message.calendar


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Pacific Standard Time", "America/Los_Angeles"),
        ("Romance Standard Time", "Europe/Paris"),
        ("Europe/Lisbon", "Europe/Lisbon"),
        ("../../etc/passwd", ""),
        ("", ""),
    ],
)
def test_names_of_zones_are_understood(name, zone):
    assert zone_named(name) == zone
