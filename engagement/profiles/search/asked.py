"""What somebody types into the search: words, part of a number, of an address, a handle, a tag."""

import re
from dataclasses import dataclass

from engagement.domain_names import ascii_domain
from engagement.profiles.addresses import InvalidAddress, normalised
from engagement.profiles.aliases import alias_of
from engagement.statements import rows

LONGEST = 200
_NUMBER = re.compile(r"[\d\s().+/-]+")
_FEWEST_DIGITS = 4

_FOLD = "SELECT profiles_plain(%(text)s::text), profiles_words(%(text)s::text)"


@dataclass(frozen=True, slots=True)
class Query:
    """``plain``: the whole text without accents, in small letters; ``words``: its words. ``digits`` are those of what
    may be a number. ``norms``: every way in which it may be a whole address; ``aliases``: what its spellings share.
    ``ascii_domain``: the text with its domain in A-labels, as addresses are compared; empty where it is ASCII already.
    """

    text: str
    plain: str
    words: tuple[str, ...]
    digits: str = ""
    norms: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    ascii_domain: str = ""

    @property
    def is_number(self) -> bool:
        """Nothing but digits and what people write between them."""
        return len(self.digits) >= _FEWEST_DIGITS

    @property
    def is_handle(self) -> bool:
        """Begins with an @."""
        return self.text.startswith("@") and len(self.text) > 1

    @property
    def is_address(self) -> bool:
        """Has an @ within."""
        return "@" in self.text[1:] and " " not in self.text

    @property
    def is_tag(self) -> bool:
        """Begins with a #."""
        return self.text.startswith("#")

    @property
    def is_words(self) -> bool:
        """May be words that somebody said."""
        return not (self.is_number or self.is_handle or self.is_address or self.is_tag) and len(self.plain) >= 3


def query_of(text: str) -> Query | None:
    """Return what a text asks for; None where it asks for nothing. One query."""
    text = " ".join(text.replace("\x00", " ").split())[:LONGEST].strip()
    if not text:
        return None
    ((plain, words),) = rows(_FOLD, {"text": text})
    digits = re.sub(r"\D", "", text) if _NUMBER.fullmatch(text) else ""
    norms, aliases = _whole(text, digits)
    return Query(text, plain, tuple(dict.fromkeys(words))[:8], digits, norms, aliases, _ascii_domain(text))


def _ascii_domain(text: str) -> str:
    local, at, domain = text.lower().rpartition("@")
    if domain.isascii() or " " in text or not (at or "." in domain):
        return ""
    spelled = ascii_domain(domain)
    return f"{local}{at}{spelled}" if spelled.isascii() else ""


def _whole(text: str, digits: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The addresses that it may be, in full."""
    norms, aliases = [text], []
    kinds = ["handle"] if " " not in text else []
    kinds += ["email"] if "@" in text[1:] else []
    kinds += ["phone"] if len(digits) >= 7 else []
    for kind in kinds:
        try:
            norm = normalised(kind, text)
        except InvalidAddress:
            continue
        norms += [norm, norm.removeprefix("+")]
        aliases.append(alias_of(kind, norm))
    if digits:
        norms += [digits, f"+{digits}"]
    return tuple(dict.fromkeys(norms)), tuple(dict.fromkeys(filter(None, aliases)))
