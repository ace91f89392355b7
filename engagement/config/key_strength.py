"""Whether a secret of the environment is one: random, and not a word that somebody forgot to replace."""

import base64
import binascii
import math
from collections import Counter

from cryptography.fernet import Fernet

_PLACEHOLDERS = (
    *("change", "replace", "placeholder", "example", "insecure", "secret", "password", "default", "dummy", "sample"),
    *("your-", "your_", "yourkey", "todo", "xxxx", "1234567", "abcdefg", "only-for", "not-for", "test-key", "senha"),
)
MIN_BITS = 2.5  # of information in each character (Shannon); random base64 of 40 characters has about 4.9
MIN_BYTES = 16  # different ones among the 32 of a Fernet key; random ones have about 30


def weakness_of(key: str, *, length: int) -> str:
    """Return what is wrong with a key that ought to be random, as the end of a sentence; nothing for a good one."""
    if len(key) < length:
        return f"has {len(key)} characters"
    lowered = key.lower()
    if any(word in lowered for word in _PLACEHOLDERS):
        return "contains a placeholder or an ordinary word"
    if bits_of(key) < MIN_BITS or _is_repeated(key):
        return "repeats itself, so it is not random"
    return ""


def weakness_of_fernet_key(key: str) -> str:
    """Return what is wrong with a Fernet key (32 random bytes in URL-safe base64); nothing for a good one."""
    try:
        Fernet(key)
        raw = base64.urlsafe_b64decode(key)
    except (ValueError, binascii.Error):
        return "is not 32 bytes in URL-safe base64"
    return "is not random" if len(set(raw)) < MIN_BYTES or _is_repeated(raw.hex()) else ""


def bits_of(text: str) -> float:
    """Return the information in each character of a text by how often each stands in it (Shannon)."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values()) if text else 0.0


def _is_repeated(text: str) -> bool:
    """Say whether a text is a shorter one again and again, also when the last time is cut short."""
    return any(text[size:] == text[:-size] for size in range(1, len(text) // 2 + 1))
