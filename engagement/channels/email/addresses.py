"""E-mail addresses and mailboxes: reading them from broken headers, and one form to compare them by.

Standards: RFC 5321 and 5322 (syntax), RFC 6531 and 6532 (UTF-8), RFC 5890 (names of domains).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from engagement.channels.email.headers import decode_words
from engagement.domain_names import readable_address
from engagement.visible_text import visible_text

MAX_ADDRESS_OCTETS = 254
MAX_LOCAL_OCTETS = 64
MAX_MAILBOXES = 1_000

_TOKEN = re.compile(
    r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?="  # an encoded word, even one with commas in it
    r'|"(?:[^"\\]|\\.)*"'
    r"|\\.|[(),:;<>]|\s+|[^\"\\(),:;<>\s=]+|.",
    re.DOTALL,
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ENCODED = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?")
# Dots at odd places of the local part are accepted: Japanese carriers gave out such addresses.
_ORDINARY = re.compile(rf"([a-z0-9.!#$%&'*+/=?^_`{{|}}~-]+)@({_LABEL}(?:\.{_LABEL})*)")


class InvalidAddress(ValueError):
    """Not an e-mail address; the message is a sentence that says what is wrong."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name (decoded, may be empty) and an address as written.

    What :func:`parse_mailboxes` finds has nothing invisible in either, and its domain is in letters, not in IDNA's
    ``xn--``, where that deceives nobody.
    """

    name: str
    address: str


def normalise(address: str) -> str:
    """The one form of ``address`` by which a person is recognised.

    The domain is lower case and in its ASCII form (IDNA). The local part is lower case as well: RFC 5321
    section 2.4 leaves its case to the receiving host, yet no mail system of any size tells ``Ana`` from
    ``ana``, and two profiles for one person would be the worse mistake. What stands behind a plus sign
    stays, because it may well be another mailbox. For sending, use the address as it was written.

    Raises InvalidAddress.
    """
    trimmed = address.strip()
    lowered = trimmed.lower()
    match = _ORDINARY.fullmatch(lowered)
    if match is None:
        lowered = _normalise_unusual(trimmed)
    elif match[2].startswith("xn--") or ".xn--" in match[2]:
        lowered = f"{match[1]}@{_normalise_unusual('a@' + match[2]).partition('@')[2]}"
    local = lowered.rpartition("@")[0]
    if len(local.encode()) > MAX_LOCAL_OCTETS:
        raise InvalidAddress("The part before the @ is longer than 64 characters.")
    if len(lowered.encode()) > MAX_ADDRESS_OCTETS:
        raise InvalidAddress("The address is longer than 254 characters.")
    return lowered


def _normalise_unusual(address: str) -> str:
    """Quoted local parts, domain literals, letters outside ASCII."""
    try:
        checked = validate_email(
            address,
            check_deliverability=False,
            allow_quoted_local=True,
            allow_domain_literal=True,
            globally_deliverable=False,
            strict=False,
        )
    except EmailNotValidError as error:
        raise InvalidAddress(str(error)) from error
    return f"{checked.local_part.lower()}@{checked.ascii_domain.lower()}"


def is_plausible(address: str) -> bool:
    """Whether one could answer to ``address``: something, one @ that counts, something."""
    local, _, domain = address.rpartition("@")
    return bool(local and domain) and not re.search(r"[\s<>,;]", domain) and len(address) <= 512


def parse_mailboxes(value: str) -> tuple[Mailbox, ...]:
    """The mailboxes of an address field that is unfolded but not decoded.

    Members of groups count, group names do not (RFC 5322 section 3.4); comments serve as names where
    there is no other. Semicolons separate as well, since people paste lists from Outlook. Whatever has no
    ``local@domain`` is left out. Never raises; linear in the length of ``value``.
    """
    found: list[Mailbox] = []
    entry = _Entry()
    depth = 0
    for piece in _TOKEN.findall(value):
        if depth or piece == "(":
            depth += (piece == "(") - (piece == ")")
            entry.comment.append(piece)
        elif piece in ",;" and not entry.takes(piece):
            _finish(entry, found)
            entry = _Entry()
        elif piece == ":" and entry.angle is None and "@" not in "".join(entry.phrase):
            entry = _Entry()
        else:
            entry.take(piece)
        if len(found) >= MAX_MAILBOXES:
            return tuple(found)
    _finish(entry, found)
    return tuple(found)


class _Entry:
    """The tokens of one mailbox while they are read."""

    __slots__ = ("angle", "closed", "comment", "phrase")

    def __init__(self) -> None:
        self.phrase: list[str] = []
        self.comment: list[str] = []
        self.angle: list[str] | None = None
        self.closed = False

    def takes(self, separator: str) -> bool:
        """Whether ``separator`` stands inside the brackets: in a source route, or by mistake."""
        if self.angle is None or self.closed:
            return False
        return separator == ";" or bool(self.angle and self.angle[0].startswith("@"))

    def take(self, piece: str) -> None:
        if piece == "<":
            if self.angle is not None and not self.closed:
                self.phrase.extend(self.angle)
            self.angle, self.closed = [], False
        elif piece == ">" and self.angle is not None:
            self.closed = True
        elif self.angle is not None and not self.closed:
            self.angle.append(piece)
        else:
            self.phrase.append(piece)


def _finish(entry: _Entry, found: list[Mailbox]) -> None:
    phrase = entry.phrase
    if entry.angle is not None:
        address = _tidy("".join(piece for piece in entry.angle if not piece.isspace()))
        if address.startswith("@") and ":" in address:
            address = address.rpartition(":")[2]  # a source route, RFC 5321 appendix C
        if is_plausible(address):
            address = readable_address(address)
            found.append(Mailbox(_name(phrase) or _name(entry.comment[1:-1]), address))
            return
    position = _address_in(phrase)
    if position is not None:
        first, after, address = position
        name = _name(phrase[:first]) or _name(phrase[after:]) or _name(entry.comment[1:-1])
        found.append(Mailbox(name, readable_address(address)))


def _tidy(address: str) -> str:
    """Without what cannot be seen; blanks are no part of an address outside of quotation marks."""
    return address if address.isascii() else visible_text(address).replace(" ", "")


def _address_in(tokens: list[str]) -> tuple[int, int, str] | None:
    """The last run of tokens without blanks that looks like an address: its place and its text."""
    end = len(tokens)
    while end > 0:
        start = end
        while start > 0 and not tokens[start - 1].isspace():
            start -= 1
        text = _tidy("".join(tokens[start:end]))
        if text.startswith('"') and text.endswith('"'):
            text = text[1:-1]
        text = text.removeprefix("mailto:")
        if len(text) > 2 and text[0] == text[-1] == "'":
            text = text[1:-1]
        if "@" in text and is_plausible(text) and not _ENCODED.match(text):
            return start, end, text
        end = start - 1
    return None


def _name(tokens: list[str]) -> str:
    words = "".join(_unquoted(piece) for piece in tokens)
    name = visible_text(decode_words(words))
    if len(name) >= 2 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1].strip()
    return name[:500]


def _unquoted(piece: str) -> str:
    if len(piece) >= 2 and piece[0] == piece[-1] == '"':
        piece = piece[1:-1]
    return re.sub(r"\\(.)", r"\1", piece) if "\\" in piece else piece
