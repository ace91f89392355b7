"""Words by which people steer what we send (CTIA, "Messaging principles and best practices"; 47 CFR 64.1200(a)(10)).

A text that is one of them, with or without courtesy, is acted upon. Opt-out requests in other words go to a person.
"""

from dataclasses import dataclass
from enum import StrEnum

from engagement.channels.opt_out.phrases import OptOut, classify_opt_out
from engagement.profiles.wording import plain


class Meaning(StrEnum):
    """What a text asks of the house."""

    STOP = "unsubscribe"
    HELP = "help"
    START = "resubscribe"


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word that was used, as it is compared, and the language that it belongs to."""

    meaning: Meaning
    word: str
    language: str


_WORDS = {
    (Meaning.HELP, "en"): ("help",),
    (Meaning.HELP, "pt-br"): ("ajuda",),
    (Meaning.START, "en"): ("start", "unstop"),
    (Meaning.START, "pt-br"): ("voltar",),
}
_KNOWN = {word: Keyword(meaning, word, language) for (meaning, language), words in _WORDS.items() for word in words}
MAX_KEYWORD_LENGTH = 40  # characters with blanks and signs around


def keyword_of(text: str) -> Keyword | None:
    """Return the keyword that ``text`` is as a whole; blanks, signs, accents, case and courtesy do not count."""
    known = _KNOWN.get(fold_keyword(text)) if len(text) <= MAX_KEYWORD_LENGTH else None
    if known is not None:
        return known
    found = classify_opt_out(text)
    return Keyword(Meaning.STOP, found.word, found.language) if found.verdict is OptOut.KEYWORD else None


def sounds_like_stop(text: str) -> bool:
    """Say whether a text that is no keyword may be an opt-out request, so that a person should read it."""
    return classify_opt_out(text).verdict is OptOut.REQUEST


def fold_keyword(text: str) -> str:
    """Return a text as keywords are compared: without signs, accents and case."""
    folded = plain(text.replace("'", "").replace("’", ""))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in folded).split())
