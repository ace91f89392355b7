"""The languages that texts are written in: any that Babel knows, the most usual ones proposed first."""

from collections.abc import Sequence

from engagement.profiles.language_tags import canonical_tag, language_name, match_language, offered_tags, own_name
from engagement.sorting import sort_text

LOCALES: dict[str, str] = {"en": "English", "pt-br": "Português (Brasil)", "es": "Español"}


def name_of(locale: str) -> str:
    """Return what speakers of the language call it."""
    return LOCALES.get(locale) or own_name(locale)


def is_locale(tag: str) -> bool:
    """Say whether a text can be written in a language: its tag is known, and in its one spelling."""
    return bool(tag) and canonical_tag(tag) == tag


def find_locale(said: str) -> str:
    """Return the tag of what somebody typed: a tag, or a name as the list of languages shows it. Empty for neither."""
    wanted = " ".join(said.split()).casefold()
    for tag in (*LOCALES, *offered_tags()):
        if wanted in (tag, language_name(tag).casefold(), name_of(tag).casefold() if tag in LOCALES else tag):
            return tag
    return canonical_tag(said)


def proposed_locales() -> list[tuple[str, str]]:
    """Return tag and name of every language that is proposed, ordered by the name in the page's language."""
    return sorted(((tag, language_name(tag)) for tag in offered_tags()), key=lambda pair: sort_text(pair[1]))


def best_of(offered: Sequence[str], wanted: str, fallback: str) -> str:
    """Return the offered locale that serves a reader of ``wanted``: that one, its language, else ``fallback``."""
    return match_language(offered, wanted) or fallback
