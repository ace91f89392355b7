"""What we say of a received message is stored as a code and read in the reader's language: preview, API, thread."""

import pytest
from django.utils import translation

from conversations.layout import whole_text
from conversations.previews import build_preview, read_preview
from engagement.channels.notes import read_note, write_note
from engagement.channels.opt_out.notes import opt_out_note
from tests.conversations.test_email_content import agent, channel, deliver, thread_of  # noqa: F401 - fixtures

INVITATION = """From: Rui <rui@parceiro.example>
To: care@pedralva.example
Subject: Visita
Message-ID: <{name}@parceiro.example>
MIME-Version: 1.0
Content-Type: text/calendar; charset=utf-8; method={method}

BEGIN:VCALENDAR
VERSION:2.0
METHOD:{method}
BEGIN:VEVENT
UID:visit-1@parceiro.example
DTSTART:{start}
SUMMARY:Visita à oficina
LOCATION:Rua das Pedras 7
ORGANIZER;CN=Rui:mailto:rui@parceiro.example
SEQUENCE:{sequence}
END:VEVENT
END:VCALENDAR
"""


def invitation(name: str, start: str, *, sequence: int = 0, method: str = "REQUEST") -> bytes:
    text = INVITATION.format(name=name, start=start, sequence=sequence, method=method)
    return text.replace("\n", "\r\n").encode()


def test_preview_and_text_speak_the_readers_language(channel):  # noqa: F811
    message = deliver(channel, invitation("four", "20261203T173000Z", method="CANCEL"))
    assert "Canceled" not in message.text
    assert "Visita à oficina" in message.text
    stored = message.conversation.preview
    for language, word in (("en", "Canceled"), ("pt-br", translation_of("Canceled"))):
        with translation.override(language):
            assert read_preview(stored) == f"{word}: Visita à oficina"
            assert whole_text(message).startswith(word)


def translation_of(words: str) -> str:
    with translation.override("pt-br"):
        return translation.gettext(words)


def test_an_encrypted_message_has_no_words_of_ours_in_it(channel):  # noqa: F811
    body = (
        b"From: a@x.example\r\nTo: care@pedralva.example\r\nSubject: s\r\nMessage-ID: <enc@x.example>\r\n"
        b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=B\r\n\r\n'
        b"--B\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
        b"--B\r\nContent-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\nabc\r\n--B--\r\n"
    )
    message = deliver(channel, body)
    assert message.text.strip() == ""
    assert read_preview(message.conversation.preview) == "Encrypted: cannot be read here"
    assert whole_text(message) == "Encrypted: cannot be read here"


@pytest.mark.parametrize("words", ["Oi, tudo bem?", "", "a\x1fcanceled\x1f\x1fb"])
def test_other_previews_are_the_words_themselves(words):
    assert read_preview(build_preview(words, {})) == " ".join(words.replace("\x1f", " ").split())


def test_notes_are_read_in_the_readers_language():
    note = write_note("The file %(name)s was left out: with %(size)s it is too large. It is still in the raw source.",
                      name="a.bin", size=30 * 1024 * 1024)  # fmt: skip
    with translation.override("en"):
        assert "a.bin was left out: with 30.0" in read_note(note)
        assert read_note(opt_out_note()) == opt_out_note()
    with translation.override("pt-br"):
        assert read_note(opt_out_note()) == translation.gettext(opt_out_note())
    assert read_note("[odd") == "[odd"
    assert read_note("Something stored before") == "Something stored before"
