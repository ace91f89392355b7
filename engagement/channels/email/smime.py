"""Mail inside CMS (RFC 5652, RFC 8551): what is only signed or compressed is opened, what is encrypted is told.

Signatures are not checked here: whose key it is would have to be known.
"""

from __future__ import annotations

import zlib
from enum import Enum

from asn1crypto import cms, core

MAX_CONTENT = 40 * 1024 * 1024
_PREFIX = (b"\x30",)


class Cms(Enum):
    """What a CMS object is."""

    SIGNED = "signed"
    ENCRYPTED = "encrypted"
    COMPRESSED = "compressed"
    OTHER = "other"


def open_cms(data: bytes) -> tuple[Cms, bytes]:
    """What ``data`` is, and the mail inside it when that can be read. Never raises."""
    if not data.startswith(_PREFIX):
        return Cms.OTHER, b""
    try:
        info = cms.ContentInfo.load(data)
        kind = info["content_type"].native
        if kind in ("enveloped_data", "authenticated_enveloped_data", "encrypted_data", "signed_and_enveloped_data"):
            return Cms.ENCRYPTED, b""
        if kind == "signed_data":
            return Cms.SIGNED, _octets(info["content"]["encap_content_info"]["content"])
        if kind == "compressed_data":
            return Cms.COMPRESSED, _inflate(_octets(info["content"]["encap_content_info"]["content"]))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError, zlib.error):
        return Cms.OTHER, b""
    return Cms.OTHER, b""


def _octets(value: core.Asn1Value) -> bytes:
    """The bytes of an octet string, in one piece or, as streams write it, in many."""
    return bytes(value) if isinstance(value, core.ParsableOctetString | core.OctetString) else b""


def _inflate(data: bytes) -> bytes:
    return zlib.decompressobj().decompress(data, MAX_CONTENT)
