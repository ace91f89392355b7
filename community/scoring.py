"""How likely a new post needs a person's eyes: plain rules whose points can be read, added up from 0 to 100.

Nothing is guessed: each rule that objects says so, and the author can read which did (``SENTENCES``).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

HOLD_AT = 50  # from here on a post waits until a person has read it
FLAG_WEIGHTS = (5, 10, 15, 20, 30)  # what a report weighs, by its author's level
HOLD_AT_FLAGS = 60  # so much weight takes a post out of sight until a person has read it
FAST_POSTS = 3  # within FAST_MINUTES
FAST_MINUTES = 5

SENTENCES = {
    "link": _("It has a link to another site."),
    "links": _("It has several links to other sites."),
    "new_member": _("It is one of the first posts of a new member."),
    "capitals": _("Most of it is in capital letters."),
    "rude": _("It has words that hurt."),
    "duplicate": _("The same text was posted before."),
    "speed": _("Several posts were written within a few minutes."),
    "removed_before": _("Earlier posts of the same member were taken out of sight."),
    "trusted": _("Its author has been trusted for long."),
    "flags": _("Members reported it."),
    "appeal": _("Its author appeals against a removal."),
    "picked": _("A colleague asked for a review."),
}

# Short on purpose: it only adds points. Whole words, accents ignored.
_RUDE_WORDS = """
idiota imbecil babaca otario otaria arrombado arrombada merda porra caralho puta puto viado cuzao desgracado
idiot moron asshole bastard bitch shit fuck fucking cunt dickhead scum
"""
RUDE = frozenset(_RUDE_WORDS.split())
RISK = re.compile(
    r"\b(procon|advogad[oa]|processar voces|acidente|me machuquei|machucou|hospital|recall|perigos[oa]|reclame aqui"
    r"|lawyer|lawsuit|sue you|accident|injur\w+|dangerous|trading standards|refund|reembolso|estorno)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at. ``level`` and the counts are the author's at the moment of writing."""

    text: str
    hosts: tuple[str, ...] = ()
    level: int = 0
    published_before: int = 0
    removed_before: int = 0
    written_lately: int = 0
    same_text: bool = False


@dataclass(frozen=True, slots=True)
class Scored:
    """The sum, at most 100, and what each rule that objected added: (code, points)."""

    points: int
    reasons: list[tuple[str, int]]

    @property
    def is_held(self) -> bool:
        """A person has to read it first."""
        return self.points >= HOLD_AT


def score(facts: Facts, *, own_hosts: frozenset[str] = frozenset()) -> Scored:
    """Add up what the rules say. ``own_hosts``: sites of ours, to which everybody may link."""
    reasons = list(_objections(facts, own_hosts))
    total = sum(points for _code, points in reasons)
    return Scored(points=max(0, min(100, total)), reasons=reasons)


def _objections(facts: Facts, own_hosts: frozenset[str]) -> Iterator[tuple[str, int]]:
    foreign = [host for host in facts.hosts if not _is_own(host, own_hosts)]
    if foreign:
        yield ("link", 25) if len(foreign) == 1 else ("links", min(25 + 10 * (len(foreign) - 1), 55))
    if facts.level == 0 and facts.published_before < 3:
        yield "new_member", 25
    if _shouts(facts.text):
        yield "capitals", 20
    if rude := len(RUDE.intersection(_plain_words(facts.text))):
        yield "rude", min(30 * rude, 60)
    if facts.same_text:
        yield "duplicate", 40
    if facts.written_lately >= FAST_POSTS:
        yield "speed", 25
    if facts.removed_before:
        yield "removed_before", min(15 * facts.removed_before, 30)
    if facts.level >= 3:
        yield "trusted", -20


def in_words(reasons: list[Any]) -> list[dict[str, Any]]:
    """Return reasons (code, points), as they are kept, each with its sentence in the reader's language."""
    return [{"code": code, "points": points, "sentence": str(SENTENCES.get(code, code))} for code, points in reasons]


def risks_in(text: str) -> bool:
    """Say whether a post speaks of a danger, a legal step or a complaint that should not wait in public."""
    return RISK.search(" ".join(_plain_words(text))) is not None


def _is_own(host: str, own: frozenset[str]) -> bool:
    return any(host == one or host.endswith(f".{one}") for one in own)


def _shouts(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) >= 20 and sum(letter.isupper() for letter in letters) > 0.6 * len(letters)


_ACCENTS = str.maketrans("áàâãäéèêëíìîïóòôõöúùûüçñ", "aaaaaeeeeiiiiooooouuuucn")


def _plain_words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower().translate(_ACCENTS))
