"""Letters are read as they were meant, whatever the program wrote around them."""

import base64

import pytest

from engagement.channels.email import charsets
from engagement.channels.email.parsing import parse

FROM = b"From: a@customer.example\r\n"


def word(charset: bytes, data: bytes, encoding: bytes = b"Q") -> bytes:
    return b"=?" + charset + b"?" + encoding + b"?" + data + b"?="


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (word(b"iso-8859-1", b"Promo\xe7\xe3o_de_ver\xe3o"), "Promoção de verão"),
        (word(b"iso-8859-1", b"Promo\xc3\xa7\xc3\xa3o"), "Promoção"),
        (word(b"iso-8859-1", b"Promo\xc3\xa7\xc3\xa3o_=E9"), "Promoção é"),
        (word(b"utf-8", b"Promo\xe7\xe3o"), "Promoção"),
        (word(b"utf-8", b"Promo\xc3\xa7\xc3\xa3o"), "Promoção"),
        (word(b"windows-1252", b"\x93Jo\xe3o\x94"), "“João”"),
        (word(b"us-ascii", b"Jo\xe3o"), "João"),
        (word(b"shift_jis", "転送です".encode("cp932")), "転送です"),
        (word(b"gb2312", "转发：问题".encode("gbk")), "转发：问题"),
        (word(b"iso-2022-jp", base64.b64encode("転送です".encode("cp932")), b"B"), "転送です"),
        (word(b"iso-2022-jp", base64.b64encode(b"\x1b$B-!<+E><V\x1b(B"), b"B"), "①自転車"),
        ("転送：ペダルの件".encode("cp932"), "転送：ペダルの件"),
        ("转发：自行车的问题".encode("gbk"), "转发：自行车的问题"),
        ("Перенаправлено: заказ".encode("cp1251"), "Перенаправлено: заказ"),
        ("Заказ велосипеда".encode("koi8_r"), "Заказ велосипеда"),
        ("São João Ação".encode("latin-1"), "São João Ação"),
        ("Größenänderung".encode("latin-1"), "Größenänderung"),
        ("ÀÉÍ".encode("latin-1"), "ÀÉÍ"),
    ],
)
def test_bytes_of_eight_bits_in_a_header_are_read(subject, text):
    assert parse(FROM + b"Subject: " + subject + b"\r\n\r\nx").subject == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x1b$B-!<+E><V\x1b(B", "①自転車"),
        (b"\x1b$B-j\x1b(B abc", "㈱ abc"),
        (b"\x1b$By!\x1b(B", "纊"),
        (b"\x1b(I6@6E\x1b(B", "ｶﾀｶﾅ"),
        (b"\x1b$B-!", "①"),
        (b"plain \x1b$B<+E><V\x1b(J plain", "plain 自転車 plain"),
    ],
)
def test_vendor_characters_of_iso_2022_jp_are_read(data, text):
    assert charsets.decode(data, "iso-2022-jp")[0] == text


def test_iso_2022_jp_made_to_be_slow_is_read():
    assert charsets.decode_iso2022_jp(b"\x1b$B\x1b(B" * 100_000) == ""


@pytest.mark.parametrize(
    "raw",
    [
        b"From: gil@c.example\r\nX-Token: abc\r\ndefgh==\r\nijkl\r\nmnop\r\nSubject: Troca\r\n"
        b"Content-Type: text/plain\r\n\r\nPreciso trocar.\r\n",
        b"X-Long: abc\r\nSGVsbG8=\r\nSGVsbG8=\r\nSGVsbG8=\r\nFrom: gil@c.example\r\nSubject: Troca\r\n\r\nPreciso trocar.",
        b"---- Original email message ----\r\nFrom: gil@c.example\r\nSubject: Troca\r\n\r\nPreciso trocar.\r\n",
        b"From: gil@c.example\rSubject: Troca\r\rPreciso trocar.\r\r\n",
        b"From: gil@c.example\rSubject: Troca\r\nDate: x\r\n\r\nPreciso trocar.\r\n",
        b"From: gil@c.example\nSubject: Troca\r\n\r\nPreciso trocar.\r\n",
        b"From: gil@c.example\r\nSubject: Troca\r\n\r\nPreciso trocar.\r\r\n",
    ],
)
def test_torn_headers_and_odd_line_ends_are_read(raw):
    message = parse(raw)

    assert (message.sender.address, message.subject, message.text) == ("gil@c.example", "Troca", "Preciso trocar.")


def test_a_header_without_its_end_does_not_swallow_the_words():
    message = parse(b"From: a@b.example\nSubject: One\nTo: c@d.example\nHello there\nyou\n\nSecond part")

    assert message.text == "Hello there\nyou\n\nSecond part"


def test_names_subjects_addresses_and_files_have_nothing_invisible():
    message = parse(
        "From: Caio Brandt\u202e\u200b <\ufeffval@i17.example\u200b>\r\nTo: \u3164 <b@xn--fahrrder-4za.example>\r\n"
        "Subject: photo\u202egpj \u200b\r\n"
        'Content-Type: application/pdf; name="invoice\u3164\u202efdp.exe"\r\n\r\n%PDF-'.encode()
    )

    assert (message.sender.name, message.sender.address) == ("Caio Brandt", "val@i17.example")
    assert (message.to[0].name, message.to[0].address) == ("", "b@fahrräder.example")
    assert message.subject == "photogpj"
    assert message.attachments[0].filename == "invoice fdp.exe"


def test_a_name_and_a_subject_of_nothing_visible_are_none():
    message = parse(
        b"From: =?utf-8?B?4oCL4oCL4oGg44Wk?= <ghost@e18.example>\r\nSubject: =?utf-8?B?4oCL44Wk?=\r\n\r\nwords"
    )

    assert (message.sender.name, message.sender.address, message.subject) == ("", "ghost@e18.example", "")
