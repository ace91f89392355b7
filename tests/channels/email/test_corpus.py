"""Messages that nobody of this project wrote: each is read or refused with a reason, and many word for word."""

from datetime import UTC, datetime

import pytest

from engagement.channels.email.addresses import Mailbox
from engagement.channels.email.parsed import AutoKind, Unparsable
from engagement.channels.email.parsing import parse
from tests.channels.email.corpora import all_mail, corpus, cpython_mail, mail

NO_SENDER = "The message names no sender: there is nobody to answer."
NO_HEADER = "The message has no header: neither a sender nor a subject can be told."


def outcome(raw):
    try:
        return parse(raw)
    except Unparsable as refusal:
        return refusal.reason


def test_every_message_of_the_corpus_is_read_but_an_empty_one_and_one_without_a_sender():
    corpus("mail")
    outcomes = {path.name: outcome(path.read_bytes()) for path in all_mail()}
    refused = {name: reason for name, reason in outcomes.items() if isinstance(reason, str)}

    assert len(outcomes) == 104
    assert refused == {"bad_encoded_subject.eml": NO_SENDER, "sample_output_multipart": "The message is empty."}


def test_every_message_of_cpythons_own_tests_is_read_or_refused_for_a_reason():
    paths = cpython_mail()
    if not paths:
        pytest.skip("this Python came without test.test_email's messages")
    outcomes = {path.stem: outcome(path.read_bytes()) for path in paths}
    refused = {name: reason for name, reason in outcomes.items() if isinstance(reason, str)}

    assert len(outcomes) >= 48
    assert refused.pop("msg_19") == NO_HEADER
    assert set(refused.values()) == {NO_SENDER}
    assert set(refused) == {"msg_11", "msg_18", "msg_37", "msg_38", "msg_39", "msg_40"}


@pytest.mark.parametrize(
    ("name", "subject", "text"),
    [
        ("multi_charset/japanese.eml", "まみむめも",
         "かきくえこ\n\n-- \nhttp://lindsaar.net/\nRails, RSpec and Life blog...."),
        ("multi_charset/japanese_iso_2022.eml", "まみむめも", "すみません。"),
        ("multi_charset/japanese_shift_jis.eml", "test",
         "あいうえお\n\nこのメールはテスト用のメールです。\n\n今後ともよろしくお願い申し上げます！"),
        ("multi_charset/ks_c_5601-1987.eml", "test", "스티해"),
        ("plain_emails/raw_email.eml", "NOTE: 한국말로 하는 것",
         "대부분의 마찬가지로, 우리는 하나님을 믿습니다.\n\n제 이름은 Jamis입니다."),
        ("plain_emails/raw_email_with_partially_quoted_subject.eml", 'Re: Test: "漢字" mid "漢字" tail',
         "대부분의 마찬가지로, 우리는 하나님을 믿습니다.\n\n제 이름은 Jamis입니다."),
        ("rfc6532/utf8_headers.eml", "Säying Hello", "body"),
        ("error_emails/invalid_subject_characters.eml",
         "Formação FrenetikPolis: Mega Campanha Final Verão | Cursos de Setembro", "TEST"),
        ("error_emails/multiple_content_types.eml", "Redacted", "foo"),
        ("error_emails/multiple_invalid_content_dispositions.eml", "Redacted", "foo"),
        ("error_emails/weird_to_header.eml", "", "CONTACT:\n\n\n\n\nCOMMENT:\n\n\nPAGE THEY WERE ON:"),
        ("rfc2822/example13.eml", "Saying Hello", 'This is a message just to say hello.\nSo, "Hello".'),
    ],
)  # fmt: skip
def test_subject_and_text_are_decoded(name, subject, text):
    message = parse(mail(name))

    assert (message.subject, message.text) == (subject, text)


@pytest.mark.parametrize(
    ("name", "sender", "to"),
    [
        ("multi_charset/japanese.eml", Mailbox("Mikel Lindsaar", "raasdnil@gmail.com"),
         [Mailbox("みける", "raasdnil@gmail.com")]),
        ("rfc6532/utf8_headers.eml", Mailbox("Jöhn Doe", "jdöe@mächine.example"),
         [Mailbox("Märy Smith", "märy@exämple.net")]),
        ("plain_emails/raw_email_bad_time.eml", Mailbox("Атиковa", "yusuf75thu@auracom.net"), None),
        ("error_emails/invalid_subject_characters.eml",
         Mailbox("Formação Frenetikpolis", "info@formacaofrenetik.info"), None),
        ("error_emails/header_fields_with_empty_values.eml", Mailbox("Jørn Støylen", "jorn@prikkprikkprikk.no"),
         [Mailbox("AF Test", "aftest@adfontesmedier.no")]),
        ("error_emails/weird_to_header.eml", Mailbox("", "anonymous@i.tp.host"),
         [Mailbox("", "user-example@aol.com"), Mailbox("", "e-s-a-s-2200@app.ar.com")]),
        ("error_emails/new_line_in_to_header.eml", Mailbox("", "l@gcn-example.com"),
         [Mailbox("", address) for address in (
             "leads@sg.dc.com", "sag@leads.gs.ry.com", "sn@example-hotmail.com", "e-s-a-g-8718@app.ar.com",
             "jp@t-exmaple.com", "cc@c-l-example.com")]),
        ("error_emails/empty_group_lists.eml", Mailbox("Cecil Edwards", "ceciledwards@sbcglobal.net"), []),
        ("rfc2822/example10.eml", Mailbox("Pete", "pete@silly.test"),
         [Mailbox("Chris Jones", "c@public.example"), Mailbox("", "joe@example.org"),
          Mailbox("John", "jdoe@one.test")]),
        ("rfc2822/example13.eml", Mailbox("John Doe", "jdoe@machine.example"),
         [Mailbox("Mary Smith __", "mary@example.net")]),
    ],
)  # fmt: skip
def test_names_and_addresses_are_read(name, sender, to):
    message = parse(mail(name))

    assert message.sender == sender
    assert to is None or list(message.to) == to


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("multi_charset/japanese_attachment.eml", [("てすと.txt", "text/plain", "text/plain", 33)]),
        ("multi_charset/japanese_attachment_long_name.eml",
         [("かきくけこかきくけこかきくけこかきくけこかきくけこ.txt", "text/plain", "text/plain", 18)]),
        ("attachment_emails/attachment_with_quoted_filename.eml",
         [("Eelanalüüsi päring.jpg", "image/jpeg", "image/jpeg", 1952)]),
        ("attachment_emails/attachment_nonascii_filename.eml", [("ciële.txt", "text/plain", "text/plain", 11)]),
        ("attachment_emails/attachment_with_base64_encoded_name.eml",
         [("This is a test.pdf", "application/pdf", "", 399)]),
        ("attachment_emails/attachment_pdf.eml", [("broken.pdf", "application/pdf", "application/pdf", 1026)]),
        ("attachment_emails/attachment_content_location.eml", [("Photo25.jpg", "image/jpeg", "", 227)]),
        ("attachment_emails/attachment_message_rfc822.eml",
         [("ForwardedMessage.eml", "message/rfc822", "text/plain", 3781)]),
        ("attachment_emails/attachment_message_rfc822_inline_image.eml",
         [("img.png", "image/png", "image/png", 370), ("Testmail.eml", "message/rfc822", "text/plain", 1851)]),
        ("mime_emails/raw_email_with_nested_attachment.eml",
         [("truncated.png", "image/png", "image/png", 1902), ("smime.p7s", "application/pkcs7-signature", "", 939)]),
    ],
)  # fmt: skip
def test_attachments_keep_their_names_and_bytes(name, files):
    found = parse(mail(name)).attachments

    assert [(a.filename, a.declared_type, a.sniffed_type, a.size) for a in found] == files


def test_line_ends_do_not_matter():
    crlf = parse(mail("attachment_emails/attachment_pdf.eml"))
    lf = parse(mail("attachment_emails/attachment_pdf_lf.eml"))

    assert (crlf.subject, crlf.text) == (lf.subject, lf.text)
    assert crlf.attachments == lf.attachments


@pytest.mark.parametrize(
    ("name", "kind", "recipients", "original"),
    [
        ("report_530.eml", AutoKind.BOUNCE, [("edwin@zzzzzzz.com", "failed", "5.3.0", True)],
         "200712232303.lBNN3jDq002941@mail12.rrrr.com.au"),
        ("report_422.eml", AutoKind.DELIVERY_DELAY, [("fraser@oooooooo.com.au", "delayed", "4.2.2", False)],
         "15655788.13.1200472642578.JavaMail.Administrator@mail.ttttt.com.au"),
        ("multipart_report_multiple_status.eml", AutoKind.BOUNCE, [("u@ci.com", "failed", "5.3.0", True)],
         "4c2a146147ac8_61ff157c4ec1652df@s.h.c.mail"),
        ("multi_address_bounce1.eml", AutoKind.BOUNCE, [(f"{local}@gmail.com", "failed", "5.1.1", True) for local in (
            "bbbbvhvbbvkjbhfbvbvjhb", "bscdbcjhasbcjhbdscbhbsdhcbj", "egyfefsdvsfvvhjsd", "kfhejkfbsjkjsbhds",
            "qfvhgsvhgsduiohncdhcvhsdfvsfygusd")],
         "118707422.15521266992174819.JavaMail.root@lvmail01"),
    ],
)  # fmt: skip
def test_delivery_reports_name_who_did_not_get_what(name, kind, recipients, original):
    message = parse(mail(f"multipart_report_emails/{name}"))

    assert message.auto is kind
    assert [(r.address, r.action, r.status, r.permanent) for r in message.bounce.recipients] == recipients
    assert message.bounce.original_message_id == original
    assert message.visible_text == message.text


def test_dates_are_utc_and_a_broken_one_is_none():
    assert parse(mail("rfc2822/example02.eml")).date == datetime(1997, 11, 21, 15, 55, 6, tzinfo=UTC)
    assert parse(mail("rfc2822/example13.eml")).date == datetime(1997, 11, 21, 15, 55, 6, tzinfo=UTC)
    assert parse(mail("multi_charset/japanese.eml")).date is None


def test_references_survive_an_invalid_one_among_them():
    assert parse(mail("error_emails/multiple_references_with_one_invalid.eml")).references == ("foo@bar.net",)
    assert parse(mail("plain_emails/raw_email_reply.eml")).references == (
        "473FF3B8.9020707@xxx.org", "348F04F142D69C21-291E56D292BC@xxxx.net",
    )  # fmt: skip
