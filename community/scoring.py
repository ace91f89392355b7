"""How likely a new post needs a person's eyes: plain rules whose points can be read, added up from 0 to 100.

Nothing is guessed: each rule that objects says so, and the author can read which did (``SENTENCES``).
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

HOLD_AT = 50  # from here on a post waits until a person has read it
FLAG_WEIGHTS = (0, 10, 15, 20, 30)  # what a report weighs, by its author's level
NEW_ACCOUNT = timedelta(days=7)  # so long a report of somebody of level 1 or below weighs nothing
HOLD_AT_FLAGS = 60  # so much weight of reports takes a post out of sight until a person has read it
NEVER_HIDDEN_FROM_LEVEL = 3  # reports alone never hide what such a member wrote
LOW_TRUST_LEVEL = 1  # up to here what is changed afterwards is looked at again
REPEATED_SHARE = 0.5  # of the words of a text that nobody has approved: whoever says them again waits as well
REPEATED_WORDS = 3
LARGE_EDIT_SHARE = 0.3  # of the words
LARGE_EDIT_WORDS, LARGE_EDIT_LETTERS = 3, 24  # new ones; one of both is enough, where words are not spaced
BROUGHT_HERE = frozenset({"appeal", "picked", "author_asks"})  # what opens a review beside rules and reports
FAST_POSTS = 3  # within FAST_MINUTES
FAST_MINUTES = 5

SENTENCES = {
    "link": _("It has a link to another site."),
    "links": _("It has several links to other sites."),
    "new_member": _("It is one of the first posts of a new member."),
    "capitals": _("Most of it is in capital letters."),
    "rude": _("It has words that hurt."),
    "spam": _("It has words that advertising often has."),
    "duplicate": _("The same text was posted before."),
    "speed": _("Several posts were written within a few minutes."),
    "removed_before": _("Earlier posts of the same member were taken out of sight."),
    "trusted": _("Its author has been trusted for long."),
    "edited_after_approval": _("It was changed after a moderator approved it."),
    "large_edit": _("A large part of it was rewritten."),
    "edited_in_review": _("It was changed while it was in review."),
    "repeated": _("It repeats a text that no moderator has approved."),
    "flags": _("Members reported it."),
    "appeal": _("Its author appeals against a removal."),
    "picked": _("A colleague asked for a review."),
    "author_asks": _("Its author asks to remove the whole topic."),
}

# Short on purpose: it only adds points. Whole words, accents ignored.
_RUDE_WORDS = """
idiota imbecil babaca otario otaria arrombado arrombada merda porra caralho puta puto viado cuzao desgracado
idiot moron asshole bastard bitch shit fuck fucking cunt dickhead scum
"""
RUDE = frozenset(_RUDE_WORDS.split())
# Phrases of whole words, accents ignored; each only adds points.
SPAM = re.compile(
    r"\b(viagra|cialis|levitra|pills|casino|cassino|betting|sports bet|jogo do tigrinho|tigrinho|crypto|bitcoin|forex"
    r"|payday loan|emprestimo facil|emprestimo rapido|dinheiro facil|renda extra|work from home|make money|get rich"
    r"|click here|clique aqui|buy now|compre agora|free money|escort|acompanhantes"
    r"|chama no privado|chame no privado|chama no pv|chama no zap|chama no whats\w*|chama inbox|me chama no|whatsapp me"
    r"|dm me|text me at)\b"
)
RISK = re.compile(
    r"\b(procon|advogad[oa]|processar voces|acidente|me machuquei|machucou|hospital|recall|perigos[oa]|reclame aqui"
    r"|lawyer|lawsuit|sue you|accident|injur\w+|dangerous|trading standards|refund|reembolso|estorno)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at. ``level`` and the counts are the author's at the moment of writing;
    ``unapproved``: what the same author wrote lately that is held, was taken back while it was, or was removed."""

    text: str
    hosts: tuple[str, ...] = ()
    level: int = 0
    published_before: int = 0
    removed_before: int = 0
    written_lately: int = 0
    same_text: bool = False
    unapproved: tuple[str, ...] = ()
    edit: "Edit | None" = None


@dataclass(frozen=True, slots=True)
class Edit:
    """What a change did to a text that readers could see, or that waits for review.

    ``before`` is what readers could see when a person last decided about it, else when it was posted; None while nobody
    sees it. ``is_in_review``: the rules hold it, and go on to.
    """

    before: str | None
    was_approved: bool = False
    is_in_review: bool = False


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
    points = sum(points for _code, points in reasons)
    if facts.edit is not None and facts.edit.is_in_review and points < HOLD_AT:
        reasons.append(("edited_in_review", HOLD_AT - points))
        points = HOLD_AT
    return Scored(points=max(0, min(100, points)), reasons=reasons)


def total(*, post: int, reports: int = 0, brought: int = 0) -> int:
    """Return the score of a review: what the rules gave the post, what reports weigh, and what else brought it here."""
    return min(100, post + reports + brought)


def report_weight(*, level: int, joined_at: datetime, now: datetime) -> int:
    """Return what a report of a member weighs: nothing while the account is new."""
    if level <= LOW_TRUST_LEVEL and now - joined_at < NEW_ACCOUNT:
        return 0
    return FLAG_WEIGHTS[level]


def _objections(facts: Facts, own_hosts: frozenset[str]) -> Iterator[tuple[str, int]]:
    yield from _objections_to_text(facts, own_hosts)
    yield from _objections_to_author(facts)
    if facts.edit is not None and facts.edit.before is not None and facts.level <= LOW_TRUST_LEVEL:
        yield from _objections_to_edit(facts.edit.before, facts.edit.was_approved, facts)
    if facts.level >= 3:
        yield "trusted", -20


def _objections_to_text(facts: Facts, own_hosts: frozenset[str]) -> Iterator[tuple[str, int]]:
    foreign = [host for host in facts.hosts if not _is_own(host, own_hosts)]
    if foreign:
        yield ("link", 25) if len(foreign) == 1 else ("links", min(25 + 10 * (len(foreign) - 1), 55))
    if _shouts(facts.text):
        yield "capitals", 20
    if rude := len(RUDE.intersection(_plain_words(facts.text))):
        yield "rude", min(30 * rude, 60)
    if spam := len(set(SPAM.findall(" ".join(_plain_words(facts.text))))):
        yield "spam", 25 if spam == 1 else 50
    if facts.same_text:
        yield "duplicate", 40
    if any(repeats(facts.text, before) for before in facts.unapproved):
        yield "repeated", HOLD_AT


def _objections_to_author(facts: Facts) -> Iterator[tuple[str, int]]:
    if facts.level == 0 and facts.published_before < 3:
        yield "new_member", 25
    if facts.written_lately >= FAST_POSTS:
        yield "speed", 25
    if facts.removed_before:
        yield "removed_before", min(15 * facts.removed_before, 30)


def _objections_to_edit(before: str, was_approved: bool, facts: Facts) -> Iterator[tuple[str, int]]:
    added, share = changed_words(before, facts.text)
    is_long = len(added) >= LARGE_EDIT_WORDS or sum(len(word) for word in added) >= LARGE_EDIT_LETTERS
    is_large = is_long and share >= LARGE_EDIT_SHARE
    if was_approved and (is_large or (facts.level == 0 and added)):
        yield "edited_after_approval", HOLD_AT
    elif is_large:
        yield "large_edit", HOLD_AT


def changed_words(before: str, after: str) -> tuple[list[str], float]:
    """Return the words that are new, and which share of the longer text is different. In linear time."""
    old, new = Counter(_plain_words(before)), Counter(_plain_words(after))
    longer = max(old.total(), new.total())
    if not longer:
        return [], 0.0
    return list((new - old).elements()), 1 - (old & new).total() / longer


def repeats(text: str, before: str) -> bool:
    """Say whether a text has most of the words of an earlier one, whatever else stands around them. In linear time."""
    old, new = Counter(_plain_words(before)), Counter(_plain_words(text))
    common = (old & new).total()
    return common >= REPEATED_WORDS and common >= REPEATED_SHARE * old.total()


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
    return re.findall(r"[\w']+", text.lower().translate(_ACCENTS))
