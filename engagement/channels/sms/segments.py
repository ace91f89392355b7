"""How many segments a text message takes, which is what a provider bills.

Standards: 3GPP TS 23.038 section 6.2.1 (the GSM 7 bit default alphabet and its extension table) and TS 23.040
section 9.2.3.24.1 (parts of one message: each loses six octets to the header that joins them).
"""

from collections.abc import Iterable
from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # an escape and a letter: two places, which stay together
_SINGLE = {"GSM-7": 160, "UCS-2": 70}
_JOINED = {"GSM-7": 153, "UCS-2": 67}


@dataclass(frozen=True, slots=True)
class Segments:
    """``characters``: places taken, septets or 16-bit units. ``offending``: the letters, each once, because of which
    it is not GSM-7.
    """

    encoding: str  # GSM-7 or UCS-2
    characters: int
    segments: int
    offending: tuple[str, ...]

    @property
    def left(self) -> int:
        """How many more places the last segment has, at least."""
        room = _SINGLE[self.encoding] if self.segments <= 1 else self.segments * _JOINED[self.encoding]
        return max(room - self.characters, 0)


def count(text: str) -> Segments:
    """Return what ``text`` takes. One letter outside GSM-7 makes the whole message UCS-2."""
    offending = tuple(dict.fromkeys(letter for letter in text if letter not in _BASIC and letter not in _EXTENDED))
    encoding = "UCS-2" if offending else "GSM-7"
    sizes = [_size(letter, encoding) for letter in text]
    total = sum(sizes)
    fits = total <= _SINGLE[encoding]
    return Segments(encoding, total, min(total, 1) if fits else _packed(sizes, _JOINED[encoding]), offending)


def _size(letter: str, encoding: str) -> int:
    if encoding == "UCS-2":
        return 2 if ord(letter) > 0xFFFF else 1  # a surrogate pair
    return 2 if letter in _EXTENDED else 1


def _packed(sizes: Iterable[int], room: int) -> int:
    """How many parts hold the letters: an escape or a surrogate pair is not torn."""
    parts, used = 1, 0
    for size in sizes:
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts
