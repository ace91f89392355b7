"""How sure we are that two profiles are one person, and why: a rule, a weight and a reason for each thing they share.

The weights are of independent evidence: two that are each 60 % sure make 84 % together (1 - 0.4 x 0.4). What speaks
against it halves the result. No single fact that people share by chance, a name or a place, is enough by itself.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from engagement.profiles.wording import plain

ENOUGH = 50  # per cent; below, nobody is asked
ALIKE = 0.6  # of two names
_WEIGHTS = {
    "number": 0.70,  # one phone number or WhatsApp account; a household may share it
    "mailbox": 0.85,  # two addresses that deliver into one mailbox
    "passed_on": 0.30,  # an address of the one belonged to the other until it was closed: often a new owner
    "local_part": 0.45,  # the same part before the @, at two providers
    "company": 0.35,
    "place": 0.25,
    "date": 0.40,  # an attribute that is a day, such as a birth date
}
_SAME_NAME, _ALIKE_NAME = 0.40, 0.30
_WORD = re.compile(r"[^\W\d_]+")
_TITLES = frozenset({"mr", "mrs", "ms", "dr", "sr", "sra", "dra", "de", "da", "do", "dos", "das", "e", "van", "von"})


@dataclass(frozen=True, slots=True)
class Side:
    """What is compared of a person. ``dates`` are attributes by their slugs."""

    name: str = ""
    place: str = ""
    companies: Mapping[Any, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shared:
    """Something of an address that two people share: a code of the rules, and the address by which it shows."""

    code: str
    address: str
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Likeness:
    """``confidence`` in per cent; ``reasons`` as ``MergeProposal`` keeps them."""

    confidence: int
    reasons: list[dict[str, Any]]


def compare(one: Side, other: Side, shared: Collection[Shared]) -> Likeness:
    """Return how alike two people are; ``shared`` is what their addresses have in common."""
    found = [*_by_addresses(shared), *_by_name(one, other), *_by_facts(one, other)]
    against = _against(one, other)
    doubt = 1.0
    for weight, _reason in found:
        doubt *= 1 - weight
    sure = (1 - doubt) * (0.5 if against else 1)
    return Likeness(round(sure * 100), [reason for _weight, reason in found] + against)


def names_alike(one: str, other: str) -> float:
    """Return from 0 to 1 how alike two names are: 1 for the same words in any order, 0.85 where one only has initials
    or fewer words of the other, else the share of common trigrams, as PostgreSQL's pg_trgm counts them.
    """
    ours, theirs = words_of(one), words_of(other)
    if not ours or not theirs:
        return 0.0
    if sorted(ours) == sorted(theirs):
        return 1.0
    few, many = sorted([ours, theirs], key=len)
    if len(few) > 1 and all(_is_among(word, many) for word in few) and any(len(word) > 1 for word in few):
        return 0.85
    return _common(ours, theirs)


def words_of(name: str) -> list[str]:
    """Return the words of a name, small and without accents; titles and what only joins are left out."""
    return [word for word in _WORD.findall(plain(name)) if word not in _TITLES]


def _is_among(word: str, many: list[str]) -> bool:
    return word in many or (len(word) == 1 and any(each.startswith(word) for each in many))


def _common(ours: list[str], theirs: list[str]) -> float:
    one, other = _trigrams(ours), _trigrams(theirs)
    return len(one & other) / len(one | other)


def _trigrams(words: list[str]) -> set[str]:
    padded = [f"  {word} " for word in words]
    return {word[place : place + 3] for word in padded for place in range(len(word) - 2)}


def _by_addresses(shared: Collection[Shared]) -> list[tuple[float, dict[str, Any]]]:
    """The strongest of each rule: three shared numbers say no more than one."""
    best: dict[str, Shared] = {}
    for each in shared:
        if each.code not in best or each.verified:
            best[each.code] = each
    return [
        (
            min(0.95, _WEIGHTS[code] + (0.15 if each.verified else 0)),
            {"code": code, "address": each.address, "verified": each.verified},
        )
        for code, each in sorted(best.items())
    ]


def _by_name(one: Side, other: Side) -> list[tuple[float, dict[str, Any]]]:
    alike = names_alike(one.name, other.name)
    if alike == 1:
        return [(_SAME_NAME, {"code": "name"})]
    return [(_ALIKE_NAME, {"code": "alike", "percent": round(alike * 100)})] if alike >= ALIKE else []


def _by_facts(one: Side, other: Side) -> list[tuple[float, dict[str, Any]]]:
    found: list[tuple[float, dict[str, Any]]] = []
    if one.place and plain(one.place) == plain(other.place):
        found.append((_WEIGHTS["place"], {"code": "place", "place": one.place}))
    found += [
        (_WEIGHTS["company"], {"code": "company", "company": one.companies[key]})
        for key in sorted(set(one.companies) & set(other.companies), key=str)[:1]
    ]
    found += [
        (_WEIGHTS["date"], {"code": "date", "attribute": slug})
        for slug in sorted(set(one.dates) & set(other.dates))[:1]
        if one.dates[slug] == other.dates[slug]
    ]
    return found


def _against(one: Side, other: Side) -> list[dict[str, Any]]:
    """What two profiles of one person would hardly say."""
    found: list[dict[str, Any]] = []
    if one.name and other.name and names_alike(one.name, other.name) < 0.2:
        found.append({"code": "other_name"})
    for slug in sorted(set(one.dates) & set(other.dates)):
        if one.dates[slug] != other.dates[slug]:
            found.append({"code": "other_date", "attribute": slug})
            break
    return found
