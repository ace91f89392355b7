"""DKIM signatures (RFC 6376, relaxed/relaxed), by RSA (RFC 8301) or Ed25519 (RFC 8463).

The key of a channel lies sealed in ``channel.credentials["dkim"]`` ({"private": PEM}); ``channel.settings["dkim"]``
({"selector", "public"}) says what the domain must publish.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from engagement.channels.models import Channel

# What a receiver's program shows or acts on. From stands twice, so that nobody can add a second one (section 8.15).
SIGNED = (
    *("from", "from", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references"),
    *("mime-version", "content-type", "content-transfer-encoding", "auto-submitted"),
    *("list-id", "list-unsubscribe", "list-unsubscribe-post", "feedback-id"),
)
_FIELD = re.compile(rb"([!-9;-~]+):((?:[^\r\n]*)(?:\r\n[ \t][^\r\n]*)*)(?:\r\n|$)")
_BLANKS = re.compile(rb"[ \t]+")
_BLANKS_AT_END = re.compile(rb"[ \t]+(?=\r\n)")
_RSA_BITS = 2048

Key = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for a domain."""

    domain: str
    selector: str
    key: Key

    def signed(self, content: bytes) -> bytes:
        """Return the message with its signature before it. ``content`` has CRLF line ends and a body."""
        head, _, body = content.partition(b"\r\n\r\n")
        fields = _fields(head)
        names = _present(fields)
        digest = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode()
        algorithm = "rsa-sha256" if isinstance(self.key, rsa.RSAPrivateKey) else "ed25519-sha256"
        unsigned = (
            f"DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed; d={self.domain};\r\n s={self.selector};"
            f"\r\n h={_folded(names)};\r\n bh={digest};\r\n b="
        )
        data = header_hash_input(fields, names, unsigned.encode())
        signature = base64.b64encode(self._sign(data)).decode()
        return f"{unsigned}{_lines(signature)}\r\n".encode() + content

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(hashlib.sha256(data).digest())  # RFC 8463 section 3: over the hash


def signer_of(channel: Channel) -> Signer | None:
    """Return who signs for a channel; None while it has no key."""
    private = channel.secret("dkim").get("private", "")
    public: dict[str, Any] = channel.settings.get("dkim") or {}
    if not private or not public.get("selector"):
        return None
    return Signer(channel.address.rpartition("@")[2], public["selector"], _loaded(private))


@dataclass(frozen=True, slots=True)
class Record:
    """The TXT record by which receivers find a channel's key."""

    name: str
    value: str


def record_of(channel: Channel) -> Record | None:
    """Return what the channel's domain must publish; None while it has no key."""
    kept: dict[str, Any] = channel.settings.get("dkim") or {}
    if not kept.get("selector"):
        return None
    return Record(f"{kept['selector']}._domainkey.{channel.address.rpartition('@')[2]}", kept.get("public", ""))


def new_key(algorithm: str) -> tuple[str, str]:
    """Return a new key of ``rsa`` or ``ed25519``: the private one as PEM, and what the DNS record says of it."""
    key: Key
    if algorithm == "ed25519":
        key = ed25519.Ed25519PrivateKey.generate()
        raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        record = f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}"
    else:
        key = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
        der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        record = f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem.decode(), record


def relaxed_body(body: bytes) -> bytes:
    """Return a body in its relaxed form (section 3.4.4)."""
    body = _BLANKS_AT_END.sub(b"", _BLANKS.sub(b" ", body))
    body = body.rstrip(b" \t") if not body.endswith(b"\r\n") else body
    stripped = body.rstrip(b"\r\n")
    return stripped + b"\r\n" if stripped else b""


def header_hash_input(fields: list[tuple[bytes, bytes]], names: list[str], unsigned: bytes) -> bytes:
    """Return what is signed of the header (section 3.7): the named fields, from the last of each name upwards, then
    the signature's own field without its value.
    """
    left: dict[str, list[bytes]] = {}
    for name, value in fields:
        left.setdefault(name.decode().lower(), []).append(value)
    chosen = [_relaxed(name.encode(), left[name].pop()) for name in names if left.get(name)]
    own, _, value = unsigned.partition(b":")
    return b"".join(line + b"\r\n" for line in chosen) + _relaxed(own, value)


def _fields(head: bytes) -> list[tuple[bytes, bytes]]:
    return [(found[1], found[2]) for found in _FIELD.finditer(head)]


def _present(fields: list[tuple[bytes, bytes]]) -> list[str]:
    """The names to sign: those that are there, and From once more than it is there."""
    there = {name.decode().lower() for name, _ in fields}
    return [name for name in SIGNED if name in there]


def _relaxed(name: bytes, value: bytes) -> bytes:
    """A field in its relaxed form (section 3.4.2)."""
    return name.lower() + b":" + _BLANKS.sub(b" ", value.replace(b"\r\n", b"")).strip(b" ")


def _folded(names: list[str]) -> str:
    return ":\r\n  ".join(":".join(names[start : start + 6]) for start in range(0, len(names), 6))


def _lines(text: str) -> str:
    return "\r\n  ".join(text[start : start + 72] for start in range(0, len(text), 72))


@lru_cache(maxsize=100)
def _loaded(private: str) -> Key:
    key = serialization.load_pem_private_key(private.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        raise TypeError("A DKIM key is of RSA or Ed25519.")
    return key
