"""Names of domains as people write them: IDNA's A-labels in letters again, unless the letters would deceive.

A label stays in its ``xn--`` form when it mixes scripts that no language mixes (UTS #39, "highly restrictive"), or when
all its letters are Cyrillic or Greek ones that look Latin and the domain ends in Latin letters.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import idna

_CJK = frozenset({"CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "HANGUL", "LATIN"})
_NOT_TOGETHER = (
    frozenset({"HANGUL", "HIRAGANA"}),
    frozenset({"HANGUL", "KATAKANA"}),
    frozenset({"HANGUL", "BOPOMOFO"}),
)
_LOOKS_LATIN = frozenset("асԁеһіјӏорԛѕԝхуъЬҽпгѵѡαοερνυικτ")
_NEUTRAL = ("DIGIT", "HYPHEN-MINUS", "COMBINING", "MIDDLE DOT", "KATAKANA-HIRAGANA", "IDEOGRAPHIC", "NON-JOINER")
_LONGEST = 255


def readable_address(address: str) -> str:
    """An e-mail address whose domain is written as people write it."""
    local, at, domain = address.rpartition("@")
    if not at or (domain.isascii() and "xn--" not in domain.lower()):
        return address
    return f"{local}@{readable_domain(domain)}"


def ascii_domain(domain: str) -> str:
    """``domain`` in A-labels, by which it is compared; what has none comes back as it is."""
    try:
        return domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return domain


@lru_cache(maxsize=1_024)
def readable_domain(domain: str) -> str:
    """``domain`` in letters where that deceives nobody, else its A-labels. What is no domain comes back as it is."""
    if len(domain) > _LONGEST:
        return domain
    labels = domain.split(".")
    is_latin = labels[-1].isascii() and not labels[-1].lower().startswith("xn--")
    return ".".join(_readable_label(label, is_latin) for label in labels)


def _readable_label(label: str, is_latin: bool) -> str:
    if label.isascii() and not label.lower().startswith("xn--"):
        return label
    try:
        ascii_label = label.lower() if label.isascii() else idna.encode(label, uts46=True).decode()
        letters = idna.decode(ascii_label)
    except (idna.IDNAError, UnicodeError):
        return label
    return ascii_label if _deceives(letters, is_latin) else letters


def _deceives(label: str, is_latin: bool) -> bool:
    scripts = {_script(letter) for letter in label} - {""}
    if len(scripts) > 1:
        return not scripts <= _CJK or any(pair <= scripts for pair in _NOT_TOGETHER)
    if is_latin and scripts and scripts <= {"CYRILLIC", "GREEK"}:
        return all(letter in _LOOKS_LATIN or letter.isascii() for letter in label)
    return False


def _script(letter: str) -> str:
    """The script of a letter by its name in Unicode; empty for what stands in any script."""
    name = unicodedata.name(letter, "UNKNOWN")
    return "" if name.startswith(_NEUTRAL) else name.partition(" ")[0].partition("-")[0]
