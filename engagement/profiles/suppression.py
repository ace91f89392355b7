"""The keyed hash of an address, in Python and in SQL: what a suppression keeps, and all that survives an erasure.

HMAC-SHA256 (RFC 2104) over ``kind:address_norm`` with ADDRESS_HASH_KEY, so that a list of known addresses cannot be
tried against a stolen table. The SQL form needs nothing but PostgreSQL's own ``sha256``. The key never changes: with
another one every suppression would be forgotten.
"""

import functools
import hashlib
import hmac

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_BLOCK = 64


def address_hash(kind: str, address_norm: str) -> str:
    """Return the hash of a normalised address of ``kind`` ("email", "phone") as 64 hexadecimal digits."""
    return hmac.digest(_key(settings.ADDRESS_HASH_KEY), f"{kind}:{address_norm}".encode(), "sha256").hex()


def address_hash_sql(kind_expr: str, norm_expr: str) -> str:
    """Return an SQL expression that gives what ``address_hash`` gives, over two text expressions."""
    inner, outer = _pads(settings.ADDRESS_HASH_KEY)
    message = f"convert_to({kind_expr} || ':' || {norm_expr}, 'UTF8')"
    return f"encode(sha256('\\x{outer}'::bytea || sha256('\\x{inner}'::bytea || {message})), 'hex')"


ADDRESS_HASH_SQL = address_hash_sql


@functools.cache
def _key(text: str) -> bytes:
    """Derive the key. Raises ImproperlyConfigured when there is none."""
    if not text:
        raise ImproperlyConfigured("ADDRESS_HASH_KEY: give at least 32 random characters, and never change them")
    return hashlib.sha256(b"vilarejo/address-hash/1\x00" + text.encode()).digest()


@functools.cache
def _pads(text: str) -> tuple[str, str]:
    padded = _key(text).ljust(_BLOCK, b"\x00")
    return bytes(byte ^ 0x36 for byte in padded).hex(), bytes(byte ^ 0x5C for byte in padded).hex()
