"""Opt-out requests by any reasonable words (47 CFR 64.1200(a)(10)), in English, Portuguese and Spanish, with the common
words of French and German.

Three answers: a keyword (alone, repeated, or with courtesy around it) is acted upon at once; a request in other words
is for a person to judge; everything else is an ordinary message. Only the beginning of a text is read, word by word.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from engagement.channels.opt_out.words import (
    ABOUT,
    AMBIGUOUS,
    BUSINESS,
    CLEAR,
    COURTESY,
    HINTS,
    KEYWORDS,
    NEGATED,
    REQUESTS,
    SHOUTED,
    SMALL,
    VERBS,
    WHOLE,
)
from engagement.profiles.wording import plain

MAX_CHARACTERS = 2_000
MAX_KEYWORD_CHARACTERS = 160
MAX_KEYWORD_WORDS = 10
MAX_REQUEST_WORDS = 40  # of one clause


class OptOut(StrEnum):
    """What a text is."""

    NONE = ""
    REQUEST = "request"
    KEYWORD = "keyword"


@dataclass(frozen=True, slots=True)
class OptOutMatch:
    """What a text is; of a keyword the word that was used, and its language."""

    verdict: OptOut
    word: str = ""
    language: str = ""


_SPELT = re.compile(r"\b(?:[a-z][.\-_* ]){2,12}[a-z]\b")
_CLAUSES = re.compile(r"[.!?;:,\n\r\t()\[\]\"“”«»–—|/…•]+| - ")


def classify_opt_out(text: str) -> OptOutMatch:
    """Return what a text is. Blanks, signs, emoji, accents and case do not count."""
    said = _folded(text[:MAX_CHARACTERS])
    if not HINTS.search(said):
        return OptOutMatch(OptOut.NONE)
    if len(text) <= MAX_KEYWORD_CHARACTERS and (found := _keyword(said)):
        return found
    return OptOutMatch(OptOut.REQUEST if _is_request(said, text) else OptOut.NONE)


def is_keyword(text: str) -> bool:
    """Say whether a text is a keyword, alone, repeated or with courtesy around it."""
    return classify_opt_out(text).verdict is OptOut.KEYWORD


def is_only_courtesy(text: str) -> bool:
    """Say whether a text asks for nothing by itself: empty, or thanks and greetings."""
    return all(word in COURTESY for word in _words(_folded(text[:MAX_KEYWORD_CHARACTERS]))) and (
        len(text) <= MAX_KEYWORD_CHARACTERS
    )


def _folded(text: str) -> str:
    """Small letters without accents; apostrophes gone, letters written apart (S.T.O.P) put together, letters that are
    held down (stoooop) written once.
    """
    said = plain(unicodedata.normalize("NFKC", text).replace("'", "").replace("’", ""))
    said = _SPELT.sub(lambda spelt: _joined(spelt[0]), said)
    return "".join(_run(letter, len(list(run))) for letter, run in groupby(said))


def _joined(spelt: str) -> str:
    """S.T.O.P is a word, "a. b. c" a list."""
    whole = "".join(letter for letter in spelt if letter.isalpha())
    return whole if whole in _BY_WORDS else spelt


def _run(letter: str, length: int) -> str:
    return letter if letter.isalpha() and length > 2 else letter * length


def _words(said: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in said).split()


def _keyword(said: str) -> OptOutMatch | None:
    """Courtesy, one keyword or the same kind several times, courtesy."""
    if "?" in said:
        return None
    words = _words(said)
    if not words or len(words) > MAX_KEYWORD_WORDS:
        return None
    found, place = None, 0
    while place < len(words):
        match = _keyword_at(words, place)
        if match is not None:
            found, place = found or match, place + len(match.word.split())
        elif words[place] in COURTESY:
            place += 1
        else:
            return None
    return found


def _keyword_at(words: list[str], place: int) -> OptOutMatch | None:
    for length in (3, 2, 1):
        phrase = " ".join(words[place : place + length])
        if phrase in _BY_WORDS:
            return _BY_WORDS[phrase]
    return None


def _is_request(said: str, text: str) -> bool:
    rest = said
    for negated in NEGATED:
        rest = negated.sub(" . ", rest)
    clauses = [words for clause in _CLAUSES.split(rest) if (words := _words(clause))]
    line = " . ".join(" ".join(words) for words in clauses)
    if any(request.search(clause) for request in REQUESTS for clause in line.split(" . ")):
        return True
    if _is_shouted(text):
        return True
    is_business = any(word in BUSINESS for words in clauses for word in words)
    return any(_is_request_clause(words, is_business) for words in clauses)


def _is_shouted(text: str) -> bool:
    """A text that begins with the word in capitals, and goes on in small letters."""
    first, _blank, rest = text.strip().partition(" ")
    return first.isupper() and not rest.isupper() and first.strip(".!,;:").lower() in SHOUTED


def _is_request_clause(words: list[str], is_business: bool) -> bool:
    """A verb of leaving, and nothing in the clause but what such a wish is about."""
    if len(words) > MAX_REQUEST_WORDS:
        return False
    core = [word for word in words if word not in COURTESY]
    if " ".join(core) in WHOLE or " ".join(words) in WHOLE:
        return not is_business
    verbs = [word for word in core if word in VERBS]
    is_business = is_business and CLEAR.isdisjoint(verbs)
    if not verbs or (is_business and (set(verbs) <= AMBIGUOUS or len(core) == len(verbs))):
        return False
    rest = [word for word in core if word not in VERBS]
    if verbs[0] in ("para", "basta", "chega", "end", "fim") and not rest:
        return True
    if set(verbs) <= {"para", "end", "alto"} and not any(word in ABOUT for word in rest):
        return False
    return all(word in ABOUT or word in SMALL or _is_short_code(word) for word in rest)


def _is_short_code(word: str) -> bool:
    """A number of three to six digits behind the word: the sender's short code."""
    return word.isdigit() and 3 <= len(word) <= 6


_BY_WORDS = {
    word: OptOutMatch(OptOut.KEYWORD, word, language) for language, words in KEYWORDS.items() for word in words
}
