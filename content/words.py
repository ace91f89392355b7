"""The words of one text in one language, wherever they stand: in a draft or in a revision."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Protocol

FIELDS = ("subject", "preheader", "mjml", "text")


class HasWords(Protocol):
    """A draft or a variant."""

    locale: str
    subject: str
    preheader: str
    mjml: str
    text: str
    source_hash: str


@dataclass(frozen=True, slots=True)
class Words:
    """Subject, preview line, layout and plain text; of an SMS only the text."""

    locale: str
    subject: str = ""
    preheader: str = ""
    mjml: str = ""
    text: str = ""
    source_hash: str = ""

    @property
    def is_blank(self) -> bool:
        """Nothing is written."""
        return not any(getattr(self, field).strip() for field in FIELDS)

    @property
    def fingerprint(self) -> str:
        """A hash of the words alone: by it a translation knows whether its source has changed."""
        said = json.dumps([getattr(self, field) for field in FIELDS], ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()


def is_copy(words: Words, source: Words) -> bool:
    """Say whether a translation still says, word for word, what its source says: something, in the other language."""
    if words.is_blank or words.locale.partition("-")[0] == source.locale.partition("-")[0]:
        return False
    return (words.mjml, words.text) == (source.mjml, source.text)


def words_of(row: HasWords) -> Words:
    """Return the words of a draft or a variant."""
    return Words(row.locale, row.subject, row.preheader, row.mjml, row.text, row.source_hash)


def normal(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields as they are kept: line feeds as line ends, subject and preview on one line, no NUL."""
    clean = {name: str(fields.get(name, "")).replace("\x00", "") for name in FIELDS}
    whole = {name: text.replace("\r\n", "\n").replace("\r", "\n") for name, text in clean.items()}
    return whole | {name: " ".join(whole[name].split()) for name in ("subject", "preheader")}


def as_rows(words: Iterable[Words]) -> list[dict[str, str]]:
    """Return the words as plain mappings, ordered by language."""
    return [asdict(each) for each in sorted(words, key=lambda each: each.locale)]
