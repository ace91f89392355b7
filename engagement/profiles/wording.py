"""Words that are looked for in few rows: each must stand in one of the fields, accents and case do not count."""

import re
import unicodedata

from django.db.models import Expression, F, Q, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Contains

from engagement.profiles.models.profile import Plain

MOST = 12  # words of one search
_WORD = re.compile(r"[^\s\"]+")


def words_in(text: str) -> list[str]:
    """Return the words of a search, without the signs of a web search around them."""
    return [word for word in _WORD.findall(text.replace("\x00", " ")) if word.strip("-")][:MOST]


def saying(text: str, *fields: str | Expression) -> Q:
    """Return what is true of rows that say every word of ``text`` in one of ``fields``; a word after a minus in none.

    A field is a name, or an expression of text.
    """
    held = Q()
    for word in words_in(text):
        wanted = Plain(Value(word.removeprefix("-") if len(word) > 1 else word))
        places = [Coalesce(F(field) if isinstance(field, str) else field, Value("")) for field in fields]
        in_one = Q()
        for place in places:
            in_one |= Q(Contains(Plain(place), wanted))
        held &= ~in_one if word.startswith("-") and len(word) > 1 else in_one
    return held


def says(text: str, *parts: str) -> bool:
    """Say the same of texts that are read already."""
    said = [plain(part) for part in parts]
    return all(
        any(plain(word.removeprefix("-")) in part for part in said) != (word.startswith("-") and len(word) > 1)
        for word in words_in(text)
    )


def plain(text: str) -> str:
    """Fold case and accents: who types Joao means João."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in folded if not unicodedata.combining(letter))
