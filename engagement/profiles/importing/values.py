"""Cells as facts: what a spreadsheet writes in English or Portuguese, brought into the form in which it is kept."""

import functools
import re
import zoneinfo
from datetime import UTC, date, datetime
from typing import Any

from babel import Locale

from engagement.profiles.addresses import InvalidAddress, normalised
from engagement.profiles.attributes import InvalidValue, cleaned
from engagement.profiles.language_tags import canonical_tag, language_name, offered_tags, own_name
from engagement.profiles.models import AttributeDefinition
from engagement.profiles.wording import plain

Type = AttributeDefinition.Type
YES = frozenset("yes y true t 1 x sim s verdadeiro v opt-in optin subscribed inscrito ativo active aceito".split())  # noqa: SIM905
NO = frozenset("no n false f 0 nao falso opt-out optout unsubscribed cancelado descadastrado inativo inactive".split())  # noqa: SIM905
LIFECYCLES = {
    "lead": ("lead", "prospect", "contato", "interessado", "subscriber", "inscrito"),
    "customer": ("customer", "client", "cliente", "comprador"),
    "advocate": ("advocate", "evangelist", "defensor", "promotor", "promoter", "fa"),
    "former": ("former", "former customer", "ex-cliente", "ex cliente", "churned", "antigo cliente", "inativo"),
}
# Names beside those of CLDR; where a name means several tags, the one that most of our readers mean.
LANGUAGES = {
    "pt-br": ("portugues", "portuguese", "portugues do brasil", "brazilian portuguese", "portugiesisch", "portugais"),
    "en": ("ingles", "english"),
    "es": ("espanhol", "spanish", "espanol"),
}
NAMED_IN = ("en", "pt-br", "es", "de", "fr")
MAX_LANGUAGE = 40  # letters
SPREADSHEET_ERRORS = frozenset({"#N/A", "#REF!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#FORMULA!"})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]+@[^\s@<>()\[\],;:\\\"]+\.[^\s@.<>()\[\],;:\\\"]+")
_PLAIN_EMAIL = re.compile(r"[a-z0-9_-]+(?:[.+][a-z0-9_-]+)*@(?:[a-z0-9-]+\.)+[a-z]{2,20}")
_IN_BRACKETS = re.compile(r"[^<>]*<([^<>]+)>\s*")
_BRAZILIAN = re.compile(r"\+55(?:1[1-9]|2[12478]|3[1-578]|4[1-9]|5[1345]|6[1-9]|7[134579]|8[1-9]|9[1-9])9\d{8}")
_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T].*)?")


class BadCell(ValueError):
    """A cell that holds no such fact; the code says what it is not."""


def email(text: str) -> tuple[str, str]:
    """Return an e-mail address as it is compared, and as it was given. ``Ana <ana@…>`` is understood."""
    given = text.strip()
    small = given.lower()
    if len(given) <= 64 and given.isascii() and _PLAIN_EMAIL.fullmatch(small):  # as most are: nothing else to spell
        return small, given
    bracketed = _IN_BRACKETS.fullmatch(given)
    given = bracketed[1].strip() if bracketed else given.removeprefix("mailto:")
    if len(given) > 320 or not _EMAIL.fullmatch(given) or ".." in given or ".@" in given or "@." in given:
        raise BadCell("bad_email")
    return address("email", given)


@functools.lru_cache(maxsize=20_000)
def phone(text: str, country: str) -> tuple[str, str]:
    """Return a phone number as it is compared, and as it was given."""
    given = text.strip()
    if _BRAZILIAN.fullmatch(given):  # a mobile number in full: E.164 already, and possible by its length
        return given, given
    if len(given) > 60 or sum(letter.isdigit() for letter in given) < 5:
        raise BadCell("bad_phone")
    if not given.startswith("+") and given.isdigit() and len(given) in (12, 13) and given.startswith("55"):
        given = f"+{given}"
    return address("phone", given, country)


def address(kind: str, text: str, country: str = "BR") -> tuple[str, str]:
    """Return an address of any kind as it is compared, and as it was given."""
    try:
        return normalised(kind, text, country=country), text.strip()[:400]
    except InvalidAddress as error:
        raise BadCell(f"bad_{kind}") from error


def words(text: str, most: int) -> str:
    """Return a line of text without control characters and doubled spaces. Raises BadCell for what is too long."""
    line = " ".join(_CONTROL.sub(" ", text).split()) if not text.isprintable() or "  " in text else text.strip()
    if len(line) > most:
        raise BadCell("too_long")
    return line


def name(text: str) -> str:
    """Return a name."""
    return words(text, 300)


def place(text: str) -> str:
    """Return a place."""
    return words(text, 200)


@functools.lru_cache(maxsize=2_000)
def language(text: str) -> str:
    """Return a language by its tag (BCP 47, in its one spelling) or by its name in one of NAMED_IN, or its own."""
    tag = canonical_tag(text) if len(text) <= MAX_LANGUAGE else ""
    if tag:
        return tag
    found = _language_names().get(plain(text.strip()))
    if found is None:
        raise BadCell("bad_language")
    return found


@functools.cache
def _language_names() -> dict[str, str]:
    """The names of languages in the languages of which files come, each without accents."""
    names: dict[str, str] = {}
    for reader in NAMED_IN:
        for tag in offered_tags():
            names.setdefault(plain(language_name(tag, language=reader)), tag)
    for tag in offered_tags():
        names.setdefault(plain(own_name(tag)), tag)
    return names | {name: tag for tag, said in LANGUAGES.items() for name in said}


@functools.lru_cache(maxsize=2_000)
def time_zone(text: str) -> str:
    """Return the IANA name of a time zone."""
    found = _zones().get(text.strip().lower().replace(" ", "_"))
    if found is None:
        raise BadCell("bad_time_zone")
    return found


@functools.lru_cache(maxsize=2_000)
def country(text: str) -> str:
    """Return a country's two letters (ISO 3166-1), given so or by its name in English or Portuguese."""
    found = _countries().get(plain(text.strip()))
    if found is None:
        raise BadCell("bad_country")
    return found


@functools.lru_cache(maxsize=2_000)
def lifecycle(text: str) -> str:
    """Return the relation to us."""
    said = plain(text.strip())
    for code, names in LIFECYCLES.items():
        if said in names:
            return code
    raise BadCell("bad_lifecycle")


@functools.lru_cache(maxsize=500)
def truth(text: str) -> bool:
    """Return yes or no."""
    said = plain(text.strip())
    if said in YES:
        return True
    if said in NO:
        return False
    raise BadCell("bad_yes_or_no")


def day(text: str, *, day_first: bool) -> str:
    """Return a date as ISO 8601, given so or with day, month and year in figures."""
    said = text.strip()
    try:
        if match := _DATE.fullmatch(said):
            first, second, year = (int(part) for part in match.groups())
            return (date(year, second, first) if day_first else date(year, first, second)).isoformat()
        return datetime.fromisoformat(said).date().isoformat()
    except ValueError as error:
        raise BadCell("bad_date") from error


def past_moment(text: str, *, day_first: bool, now: datetime) -> datetime:
    """Return when something was, as an aware time; a day means its noon in UTC. Not what is still to come."""
    try:
        at = datetime.fromisoformat(text.strip())
        at = at.replace(hour=12) if len(text.strip()) <= 10 else at
    except ValueError:
        at = datetime.fromisoformat(day(text, day_first=day_first)).replace(hour=12)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if at > now or at.year < 1970:
        raise BadCell("bad_date")
    return at


def attribute(definition: AttributeDefinition, text: str, *, day_first: bool) -> Any:
    """Return the value of a declared attribute."""
    if definition.type == Type.BOOLEAN:
        return truth(text)
    if definition.type == Type.DATE:
        return day(text, day_first=day_first)
    said: Any = _decimal(text) if definition.type == Type.NUMBER else words(text, 500)
    if definition.type == Type.CHOICE:
        said = _choice(definition, said)
    try:
        return cleaned(definition, said)
    except InvalidValue as error:
        raise BadCell("bad_number" if definition.type == Type.NUMBER else "bad_choice") from error


def _choice(definition: AttributeDefinition, said: str) -> str:
    """One of the choices by its name in either language."""
    wanted = plain(said)
    for choice in definition.choices:
        if wanted in (plain(choice), plain(definition.choices_pt.get(choice, choice))):
            return str(choice)
    return said


def _decimal(text: str) -> str:
    """1.234,56 and 1,234.56 and R$ 10: the last sign is the decimal one, unless three digits follow the only one."""
    said = re.sub(r"[\s\u00a0]|R\$|US\$|[$€£]", "", text)
    comma, point = said.rfind(","), said.rfind(".")
    if comma > point and (point >= 0 or said.count(",") == 1):
        return said.replace(".", "").replace(",", ".")
    return said.replace(",", "")


@functools.cache
def _zones() -> dict[str, str]:
    return {zone.lower(): zone for zone in zoneinfo.available_timezones()}


@functools.cache
def _countries() -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in ("en", "pt", "es"):
        for code, label in Locale(tag).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("ZZ", "XA", "XB", "EU", "EZ", "UN"):
                found |= {plain(code): code, plain(label): code}
    return found | {"usa": "US", "eua": "US", "uk": "GB"}
