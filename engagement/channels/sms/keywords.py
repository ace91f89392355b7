"""Words by which people steer what we send (CTIA, "Messaging principles and best practices"; 47 CFR 64.1200(a)(10)).

A whole text that is one of them is acted upon. A sentence that sounds like a wish to be left alone goes to a person.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

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
    (Meaning.STOP, "en"): (
        "stop",
        "stopall",
        "stop all",
        "unsubscribe",
        "cancel",
        "end",
        "quit",
        "revoke",
        "opt out",
        "optout",
    ),
    (Meaning.STOP, "pt-br"): ("sair", "parar", "cancelar", "descadastrar"),
    (Meaning.HELP, "en"): ("help",),
    (Meaning.HELP, "pt-br"): ("ajuda",),
    (Meaning.START, "en"): ("start", "unstop"),
    (Meaning.START, "pt-br"): ("voltar",),
}
_KNOWN = {word: Keyword(meaning, word, language) for (meaning, language), words in _WORDS.items() for word in words}
_LONGEST_KEYWORD = 40  # characters with blanks and signs around

_ABOUT_TEXTS = r"(?:text|message|messaging|sms|contact|send|spam|writ)"
_SOBRE = r"(?:mensage|mensagen|msg|sms|torpedo|mandar|mande|envi[ae]r?|manda|receber|contato|propaganda|escrever)"
_WISHES = [
    re.compile(pattern)
    for pattern in (
        rf"\b(?:stop|quit|cease|enough|no more)\b.{{0,40}}\b{_ABOUT_TEXTS}",
        rf"\b(?:do not|dont|never)\b.{{0,20}}\b{_ABOUT_TEXTS}.{{0,40}}\b(?:me|again|anymore|any more|number)\b",
        rf"\b(?:do not|dont) want\b.{{0,30}}\b{_ABOUT_TEXTS}",
        r"\b(?:unsubscribe|opt me out|opting out|revoke my consent|leave me alone)\b",
        r"\b(?:remove|delete|take)\b.{0,25}\b(?:me|my number|this number)\b.{0,25}\b(?:list|off|database|number)\b",
        rf"\b(?:pare|parem|para|parar|chega|basta|deixe|deixem|deixa)\b.{{0,30}}\b{_SOBRE}",
        rf"\bnao (?:quero|desejo|gostaria)\b.{{0,40}}\b{_SOBRE}",
        rf"\bnao (?:me )?(?:mande|mandem|envie|enviem|escreva|escrevam)\b.{{0,40}}\b(?:mais|{_SOBRE})",
        r"\b(?:descadastr|me (?:tire|tira|tirem|remova|removam|exclua|apague)|retire (?:o )?meu (?:numero|contato))",
        r"\b(?:remov|tir|exclu|apag)\w* (?:o )?(?:meu|este|esse) (?:numero|contato|telefone|cadastro)\b",
        r"\bme deixe?m? em paz\b",
    )
]
_BUT_NOT = re.compile(
    r"\b(?:do not|dont|never|please dont) (?:stop|quit|cease|unsubscribe)\b|\bnao (?:pare|parem|deixe de|deixem de)\b"
)


def keyword_of(text: str) -> Keyword | None:
    """Return the keyword that ``text`` is as a whole; blanks, signs, accents and case do not count."""
    return _KNOWN.get(_plain(text)) if len(text) <= _LONGEST_KEYWORD else None


def sounds_like_stop(text: str) -> bool:
    """Say whether a text that is no keyword may ask to be left alone, so that a person should read it."""
    plain = _plain(text[:2000])
    rest = _BUT_NOT.sub(" ", plain)
    return keyword_of(text) is None and any(wish.search(rest) for wish in _WISHES)


def _plain(text: str) -> str:
    folded = plain(text.replace("'", "").replace("’", ""))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in folded).split())
