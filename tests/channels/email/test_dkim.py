"""A signature that a receiver's own reading of RFC 6376 accepts, and that any change breaks."""

import base64
import hashlib
import re

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding

from engagement.channels.email import dkim
from engagement.channels.models import Channel

MESSAGE = (
    b"From: Pedralva\r\n <care@pedralva.example>\r\nTo: ana@cliente.example\r\nSubject:  Ol=E1 \t bicicleta\r\n"
    b"Date: Tue, 24 Nov 2026 12:00:00 +0000\r\nMessage-ID: <a@pedralva.example>\r\n"
    b"List-Unsubscribe: <https://pedralva.example/u/x/>,\r\n\t<mailto:x@pedralva.example>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nMIME-Version: 1.0\r\n\r\n"
    b"Bom  dia. \t\r\n\r\n. fim\r\n\r\n\r\n"
)


def signer(algorithm: str) -> tuple[dkim.Signer, str]:
    private, record = dkim.new_key(algorithm)
    channel = Channel(kind="email", address="care@pedralva.example")
    channel.credentials = {"dkim": {"private": private}}
    channel.settings = {"dkim": {"selector": "v1", "public": record}}
    found = dkim.signer_of(channel)
    assert found is not None
    return found, record


def verify(message: bytes, record: str) -> list[str]:
    """Read and check a signature as RFC 6376 section 6.1 says, by code of its own; return the signed names."""
    head, _, body = message.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", head)
    own = next(field for field in fields if field.lower().startswith(b"dkim-signature:"))
    tags = {
        name.strip(): "".join(value.split())
        for name, _, value in (part.partition("=") for part in own.partition(b":")[2].decode().split(";"))
    }
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    relaxed = b"".join(line + b"\r\n" for line in lines)
    if base64.b64encode(hashlib.sha256(relaxed).digest()).decode() != tags["bh"]:
        raise InvalidSignature("body")
    pool: dict[bytes, list[bytes]] = {}
    for field in fields:
        name, _, value = field.partition(b":")
        pool.setdefault(name.lower(), []).append(b" ".join(value.split()))
    signed = b""
    for name in tags["h"].split(":"):
        values = pool.get(name.encode(), [])
        if values:
            signed += name.encode() + b":" + values.pop() + b"\r\n"
    empty = re.sub(rb"b=[^;]*$", b"b=", own.partition(b":")[2])
    signed += b"dkim-signature:" + b" ".join(empty.split())
    published = dict(part.strip().split("=", 1) for part in record.split(";"))
    key = base64.b64decode(published["p"])
    signature = base64.b64decode(tags["b"])
    if tags["a"] == "ed25519-sha256":
        ed25519.Ed25519PublicKey.from_public_bytes(key).verify(signature, hashlib.sha256(signed).digest())
    else:
        serialization.load_der_public_key(key).verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    assert (tags["d"], tags["s"], tags["c"]) == ("pedralva.example", "v1", "relaxed/relaxed")
    return tags["h"].split(":")


@pytest.mark.parametrize("algorithm", ["rsa", "ed25519"])
def test_a_receiver_accepts_the_signature(algorithm):
    by, record = signer(algorithm)
    signed = by.signed(MESSAGE)
    assert signed.endswith(MESSAGE)
    names = verify(signed, record)
    assert {"from", "to", "subject", "date", "message-id", "list-unsubscribe", "list-unsubscribe-post"} <= set(names)
    assert names.count("from") == 2, "nobody can add a second one"
    assert max(map(len, signed.split(b"\r\n"))) < 100


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Bom  dia", b"Bom dia,"),
        (b"bicicleta", b"carro"),
        (b"/u/x/", b"/u/y/"),
        (b"One-Click", b"Two-Clicks"),
        (b"To: ana@", b"From: eve@evil.example\r\nTo: ana@"),
    ],
)
def test_a_change_breaks_it(old, new):
    by, record = signer("ed25519")
    with pytest.raises(InvalidSignature):
        verify(by.signed(MESSAGE).replace(old, new), record)


def test_blanks_may_change_on_the_way():
    by, record = signer("rsa")
    assert verify(by.signed(MESSAGE).replace(b"Bom  dia. \t\r\n", b"Bom dia.\r\n").replace(b"  Ol", b" Ol"), record)


def test_a_channel_without_a_key_signs_nothing():
    assert dkim.signer_of(Channel(kind="email", address="care@pedralva.example")) is None
