"""Language tags (BCP 47): one spelling, their names, and which of several texts serves a reader (RFC 4647, lookup).

Tags are kept in small letters with hyphens (``pt-br``, ``zh-hant``), and written as BCP 47 recommends (``pt-BR``).
"""

import functools
import re
from collections.abc import Sequence
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.localedata import locale_identifiers
from django.utils.translation import get_language

MAX_TAG = 10  # letters, as columns hold them
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?")
# Spellings that are no BCP 47, of widely used programs.
_SPELLINGS: Final = {"zh-cn": "zh-hans", "zh-sg": "zh-hans", "zh-tw": "zh-hant", "zh-hk": "zh-hant", "zh-mo": "zh-hant"}
_ALIASES: Final[dict[str, str]] = {
    old.lower(): new.lower()
    for old, new in get_global("language_aliases").items()
    if "_" not in old and "_" not in new and len(old) <= 3
}
# Languages whose regions differ enough to be written apart.
_REGIONAL: Final = ("de", "en", "es", "fr", "it", "nl", "pt", "sr", "uz", "zh")


@functools.lru_cache(maxsize=4_000)
def canonical_tag(text: str) -> str:
    """Return a tag in its one spelling: ``pt_BR`` is ``pt-br``, ``iw`` is ``he``. Empty for what is no known language.

    What follows language, script and region (variants, extensions, an encoding as in ``pt_BR.UTF-8``) is left out.
    """
    said = text.strip().lower().replace("_", "-").partition(".")[0].partition("@")[0]
    parts = said.split("-")[:3]
    while parts:
        tag = "-".join([_ALIASES.get(parts[0], parts[0]), *parts[1:]])
        if len(tag) <= MAX_TAG and _TAG.fullmatch(tag) and parts[0] and _is_known(tag):
            return tag
        parts.pop()
    return ""


def _is_known(tag: str) -> bool:
    try:
        Locale.parse(written_tag(tag), sep="-")
    except (UnknownLocaleError, ValueError):
        language, _hyphen, rest = tag.partition("-")
        return bool(rest) and language in _languages() and _of_a_known_region(rest)
    return tag.partition("-")[0] in _languages()


@functools.cache
def _languages() -> frozenset[str]:
    return frozenset(name.partition("_")[0].lower() for name in locale_identifiers())


def _of_a_known_region(rest: str) -> bool:
    region = rest.rpartition("-")[2].upper()
    return region in Locale("en").territories


def written_tag(tag: str) -> str:
    """Return a tag with the capitals of BCP 47: ``pt-BR``, ``zh-Hant-HK``, ``es-419``; for ``lang`` in HTML."""
    language, *rest = tag.replace("_", "-").split("-")
    return "-".join([language.lower(), *(part.title() if len(part) == 4 else part.upper() for part in rest)])


@functools.lru_cache(maxsize=4_000)
def text_direction(tag: str) -> str:
    """Return ``rtl`` for languages that are written from right to left, else ``ltr``."""
    try:
        direction: str = Locale.parse(written_tag(tag), sep="-").text_direction
    except (UnknownLocaleError, ValueError):
        return "ltr"
    return direction


def language_name(tag: str, *, language: str = "") -> str:
    """Return what a language is called in ``language``, by default the one of the page: “Portuguese (Brazil)”."""
    return _name(tag, language or get_language() or "en")


@functools.lru_cache(maxsize=8_000)
def _name(tag: str, language: str) -> str:
    names = Locale.parse(written_tag(canonical_tag(language) or "en"), sep="-")
    code, *rest = written_tag(tag).split("-")
    name = names.languages.get(code)
    if name is None:
        return tag
    parts = [names.scripts.get(part) or names.territories.get(part) or part for part in rest]
    return f"{name} ({', '.join(parts)})" if parts else str(name)


@functools.cache
def own_name(tag: str) -> str:
    """Return what speakers of a language call it: “Português (Brasil)”."""
    try:
        name = Locale.parse(written_tag(tag), sep="-").display_name
    except (UnknownLocaleError, ValueError):
        return tag
    return name[:1].upper() + name[1:] if name else tag


@functools.cache
def offered_tags() -> tuple[str, ...]:
    """Return the tags that are proposed: every language, and the regions and scripts of those that differ by them."""
    found = set()
    for name in locale_identifiers():
        tag = name.lower().replace("_", "-")
        language, _hyphen, rest = tag.partition("-")
        if tag == canonical_tag(tag) and (not rest or language in _REGIONAL):
            found.add(tag)
    return tuple(sorted(found))


@functools.lru_cache(maxsize=4_000)
def _maximized(tag: str) -> tuple[str, str, str]:
    """The tag with the script and region that it most likely means (CLDR, likely subtags)."""
    likely = get_global("likely_subtags")
    language, script, region = _parts(tag)
    wanted = [part for part in (language, script, region) if part]
    for known in (
        "_".join(wanted),
        "_".join(filter(None, (language, region))),
        "_".join(filter(None, (language, script))),
    ):
        found = likely.get(known)
        if found:
            first, second, third = _parts(found.replace("_", "-"))
            return language or first, script or second, region or third
    first, second, third = _parts(likely.get(language, language).replace("_", "-"))
    return language, script or second, region or third


def _parts(tag: str) -> tuple[str, str, str]:
    language, *rest = written_tag(tag).split("-")
    script = next((part for part in rest if len(part) == 4), "")
    region = next((part for part in rest if len(part) in (2, 3)), "")
    return language, script, region


@functools.lru_cache(maxsize=20_000)
def _chain(tag: str) -> tuple[str, ...]:
    """What serves a reader of a tag, the best first: the tag, its parents as CLDR names them, ever shorter ones."""
    found, place = [tag], tag
    parents = get_global("parent_exceptions")
    while place:
        above = parents.get(written_tag(place).replace("-", "_"), "")
        place = above.lower().replace("_", "-") if above and above != "root" else place.rpartition("-")[0]
        if place:
            found.append(place)
    language = tag.partition("-")[0]
    return tuple(dict.fromkeys([*found, language]))


def match_language(offered: Sequence[str], wanted: str) -> str:
    """Return the offered tag that serves a reader of ``wanted``; empty when none is of their language.

    The tag itself, then ever shorter ones (RFC 4647 section 3.4), then one of the same language: first in the same
    script, first without a region or with the language's own.
    """
    tag = canonical_tag(wanted)
    if not tag:
        return ""
    return _match(tuple(sorted(offered)), _SPELLINGS.get(tag, tag) if tag not in offered else tag)


@functools.lru_cache(maxsize=20_000)
def _match(offered: tuple[str, ...], tag: str) -> str:
    by_tag = {canonical_tag(each) or each: each for each in offered}
    script = _maximized(tag)[1]
    for step in _chain(tag):
        if step in by_tag and (step == tag or _maximized(step)[1] == script):
            return by_tag[step]
    language = tag.partition("-")[0]
    related = [each for each in by_tag if _norm(each) == _norm(language)]

    def distance(each: str) -> tuple[bool, bool, bool, str]:
        likely = _maximized(language)
        return (_maximized(each)[1] != script, "-" in each, _maximized(each)[2] != likely[2], each)

    return by_tag[min(related, key=distance)] if related else ""


def _norm(tag: str) -> str:
    """Languages that readers take for one: Norwegian is written as Bokmål."""
    language = tag.partition("-")[0]
    return {"nb": "no", "nn": "no"}.get(language, language)
