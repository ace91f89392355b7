"""What a skeleton splices means what ``compose`` would have made, to a reader that shares no code with either."""

import random
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from engagement.channels.email.addresses import Mailbox
from engagement.channels.email.composing import OutgoingEmail, UnsafeHeader, compose
from engagement.channels.email.skeleton import Skeleton

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FROM = Mailbox("Bicicletas Pedralva, Ltda.", "care@pedralva.example")
FIXED = {"List-Id": "<marketing.care.pedralva.example>", "Auto-Submitted": "auto-generated"}
TOKEN = "a" * 42
OWN = {
    "List-Unsubscribe": f"<https://pedralva.example/u/{TOKEN}/>, <mailto:care+u.{TOKEN}@pedralva.example>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}
LETTERS = "abc de.=\n\r\t—ãçé漢🚲<>&\"'_?"
WORDS = ["Olá", "bicicleta", "Ünïcödé", "漢字", "🚲", "=?utf-8?q?x?=", "a" * 90, "From here", ".", "..", "=_", "--"]


def read(content: bytes):
    """The message as a mail program understands it."""
    message = message_from_bytes(content, policy=policy.default)
    headers = {name: " ".join(str(value).split()) for name, value in message.items() if name != "Content-Type"}
    headers.pop("Content-Transfer-Encoding", None)
    parts = [
        (part.get_content_type(), part.get_content().replace("\r\n", "\n").rstrip("\n"))
        for part in message.walk()
        if not part.is_multipart()
    ]
    return headers, parts, [message.defects, *(part.defects for part in message.walk())]


@pytest.mark.parametrize("seed", range(150))
def test_a_spliced_message_means_what_a_composed_one_does(seed):
    chance = random.Random(seed)
    text = "".join(chance.choice(LETTERS) for _ in range(chance.randrange(400))) + chance.choice(WORDS)
    html = "\n".join(" ".join(chance.choices(WORDS, k=chance.randrange(30))) for _ in range(chance.randrange(30)))
    subject = " ".join(chance.choices(WORDS[:7], k=chance.randrange(1, 12)))
    to = Mailbox(chance.choice(["", "Ana", "João d'Ávila", 'A "B" <C>', "漢字 " * 9]), f"ana{seed}@cliente.example")
    html = chance.choice([html, None])
    skeleton = Skeleton(from_=FROM, reply_to=(Mailbox("", "care+r@pedralva.example"),), headers=FIXED)
    facts = {"message_id": f"m{seed}@pedralva.example", "subject": subject, "date": NOW, "text": text, "html": html}
    spliced = skeleton.splice(to=to, headers=OWN, **facts)
    composed = compose(
        OutgoingEmail(
            from_=FROM,
            to=(to,),
            reply_to=(Mailbox("", "care+r@pedralva.example"),),
            headers={**FIXED, **OWN},
            **facts,
        )
    )
    assert read(spliced) == read(composed)
    assert read(spliced)[2] == [[]] * len(read(spliced)[2])
    assert spliced.isascii()
    assert max(map(len, spliced.split(b"\r\n"))) <= 998
    assert b"\n" not in spliced.replace(b"\r\n", b"")
    assert spliced == skeleton.splice(to=to, headers=OWN, **facts)


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Olá\r\nBcc: eve@evil.example"},
        {"headers": {"X-Note": "a\nb"}},
        {"headers": {"Subject": "another"}},
        {"message_id": "a@b>\r\nBcc: eve@evil.example"},
        {"to": Mailbox("Ana\nBcc: x", "ana@cliente.example")},
    ],
)
def test_a_line_break_in_a_header_is_refused(changes):
    facts = {"message_id": "a@b.example", "to": Mailbox("", "a@b.example"), "subject": "s", "date": NOW, "text": "t"}
    with pytest.raises(UnsafeHeader):
        Skeleton(from_=FROM).splice(**{**facts, **changes})
