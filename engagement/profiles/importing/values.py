"""Cells as facts: what a spreadsheet writes in English or Portuguese, brought into the form in which it is kept."""

import functools
import re
import zoneinfo
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale

from engagement.organization.current import current_organization
from engagement.profiles.addresses import InvalidAddress, cleaned_address, entered, visible
from engagement.profiles.attributes import InvalidValue, cleaned
from engagement.profiles.language_tags import canonical_tag, language_name, offered_tags, own_name
from engagement.profiles.models import AttributeDefinition
from engagement.profiles.names import clean_name
from engagement.profiles.phone_numbers import InvalidNumber, parse_number
from engagement.profiles.wording import plain

Type = AttributeDefinition.Type
# Yes and no in the languages whose files come in. A status ("active", "ativo") is no consent: who is active has agreed
# to nothing by that.
YES = frozenset(
    "yes y true t sim s verdadeiro v si ja oui vrai wahr opt-in optin opted-in opted_in opted subscribed subscriber "  # noqa: SIM905
    "inscrito inscrita aceito aceita aceitou autorizado autorizo acepto acepta aceptado suscrito suscrita accepte "
    "abonne inscrit angemeldet zugestimmt einverstanden abonniert granted agreed consented".split()
)
NO = frozenset(
    "no n false f nao falso non faux nein falsch opt-out optout opted-out opted_out unsubscribed cancelado cancelada "  # noqa: SIM905
    "descadastrado descadastrada recusou recusado rechaza rechazado desuscrito desabonne desinscrit abgemeldet "
    "abgelehnt withdrawn revoked denied declined refused cleaned bounced".split()
)
MARKS = {"1": True, "x": True, "✓": True, "✔": True, "☑": True, "0": False, "☐": False, "✗": False, "✘": False}
STATUS_YES = frozenset(["ativo", "ativa", "active", "aktiv", "activo", "activa", "actif"])
STATUS_NO = frozenset(["inativo", "inativa", "inactive", "inaktiv", "inactivo", "inactif"])
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
LOCALES = ("en", "pt", "es", "de", "fr", "it", "nl")  # in which names of countries and months are read
SPREADSHEET_ERRORS = frozenset({"#N/A", "#REF!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#FORMULA!"})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_PLAIN_EMAIL = re.compile(r"[a-z0-9_-]+(?:[.+][a-z0-9_-]+)*@(?:[a-z0-9-]+\.)+[a-z]{2,20}")
_BRAZILIAN = re.compile(r"\+55(?:1[1-9]|2[12478]|3[1-578]|4[1-9]|5[1345]|6[1-9]|7[134579]|8[1-9]|9[1-9])9\d{8}")
_DATE = re.compile(
    r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})(?:[ T,]+(\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?(?: ?[ap]m)?))?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:[ T]+(\d{1,2}:\d{2}(?::\d{2})?))?")
_IN_WORDS = re.compile(
    r"(?:[a-z-]{2,14},? )?(?:(\d{1,2})(?:st|nd|rd|th|o|\.)?[ -]+(?:de |of )?([a-z]{3,12})\.?"
    r"|([a-z]{3,12})\.?[ -]+(\d{1,2})(?:st|nd|rd|th)?),?[ -]+(?:de |del )?(\d{4}|\d{2})"
)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)? ?(?:(a|p)m)?")
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d{1,10})?")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
FIRST_SERIAL, LAST_SERIAL = 10_000, 73_050  # days of Excel: 1927 to 2099
_EPOCH = date(1899, 12, 30)
MOST_VALUES = 10  # addresses in one cell
# White space is counted: a cell of nothing else would be read from each of its places to its end.
MAX_CELL = 2_000  # letters of a cell with several addresses
_MAY_BE_SEVERAL = re.compile(r"[:;,|/\n\r ]")
_OF_EMAILS = re.compile(
    r"\s{0,99}(?::::|[;|,\n\r])\s*|\s{1,99}/\s{1,99}|\s{1,99}(?:(?:ou|or|e|y|and|und|oder|et|o)\s+)?(?=[^\s@<>]+@)"
)
_OF_EMAILS_WITH_NAMES = re.compile(r"\s{0,99}(?::::|[;|\n\r])\s*|(?<=>)\s*,\s*")
_OF_NUMBERS = re.compile(
    r"\s{0,99}(?::::|[;|\n\r])\s*|\s{1,99}/\s{1,99}|(?<=\d)\s*,\s+(?=[+(\d])|(?<=\d),(?=\+)|(?<=\d)\s+(?:ou|or|e|y|and|und|oder|et|o)\s+(?=[+(\d])"
)
_LONG_NUMBERS = re.compile(r"\+?\d{10,15}(?:\s+\+?\d{10,15})+")


class BadCell(ValueError):
    """A cell that holds no such fact; the code says what it is not."""


def split_addresses(kind: str, text: str) -> list[str]:
    """Return the addresses of a cell: Google writes ``:::`` between them, others a semicolon, a comma, a vertical bar
    or a line end. A cell that does not fall apart into addresses stays whole.
    """
    if (
        kind not in ("email", "phone", "whatsapp")
        or len(text) > MAX_CELL
        or (text.isascii() and not _MAY_BE_SEVERAL.search(text))
    ):
        return [text]
    found = [part for part in (_OF_EMAILS if kind == "email" else _OF_NUMBERS).split(text) if part and part.strip()]
    if kind == "email" and ("<" in text or not all("@" in part for part in found)):
        found = [part for part in _OF_EMAILS_WITH_NAMES.split(text) if part.strip()] if "<" in text else [text]
        return found[:MOST_VALUES] if all("@" in part for part in found) else [text]
    if kind != "email" and len(found) == 1 and _LONG_NUMBERS.fullmatch(found[0].strip()):
        found = found[0].split()
    return found[:MOST_VALUES] or [text]


def email(text: str) -> tuple[str, str]:
    """Return an e-mail address as it is compared, and as it is kept. ``Ana <ana@…>`` is understood."""
    given = text.strip()
    small = given.lower()
    if len(given) <= 64 and given.isascii() and _PLAIN_EMAIL.fullmatch(small):  # as most are: nothing else to spell
        return small, given
    if len(given) > 400:
        raise BadCell("bad_email")
    return address("email", given)


@functools.lru_cache(maxsize=20_000)
def phone(text: str, country: str) -> tuple[str, str]:
    """Return a phone number as it is compared, and as it is kept. Raises BadCell with the reason."""
    given = text.strip()
    if _BRAZILIAN.fullmatch(given):  # a mobile number in full: E.164 already, and valid by its form
        return given, given
    spelt = cleaned_address("phone", given)
    try:
        return parse_number(spelt, country=country), spelt[:400]
    except InvalidNumber as error:
        raise BadCell(_BAD_NUMBER.get(str(error), "bad_phone")) from error


def address(kind: str, text: str, country: str = "") -> tuple[str, str]:
    """Return an address of any kind as it is compared, and as it is kept."""
    try:
        return entered(kind, text, country=country)
    except InvalidAddress as error:
        raise BadCell(f"bad_{kind}") from error


def words(text: str, most: int) -> str:
    """Return a line of text without control characters and doubled spaces. Raises BadCell for what is too long."""
    line = " ".join(_CONTROL.sub(" ", text).split()) if not text.isprintable() or "  " in text else text.strip()
    if len(line) > most:
        raise BadCell("too_long")
    return line


def name(text: str) -> str:
    """Return a name; what is none (NULL, N/A, nothing visible) says nothing. Raises BadCell."""
    found = clean_name(words(text, 300))
    if not found:
        raise BadCell("no_name_given")
    return found


def part_of_name(text: str) -> str:
    """Return a first or last name; what is none is found out when the parts stand together."""
    return words(visible(text), 300)


def place(text: str) -> str:
    """Return a place."""
    return words(text, 200)


@functools.lru_cache(maxsize=2_000)
def language(text: str) -> str:
    """Return a language by its tag (BCP 47, in its one spelling) or by its name in one of NAMED_IN, or its own; of
    "French - France", as HubSpot writes, the language.
    """
    tag = canonical_tag(text) if len(text) <= MAX_LANGUAGE else ""
    if tag:
        return tag
    found = _language_names().get(plain(text.strip())) or _language_names().get(plain(text.partition(" - ")[0].strip()))
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
    """Return a country's two letters (ISO 3166-1), given so, by three letters, or by its name in any of ``LOCALES``."""
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
    """Return yes or no, of an attribute: marks and states count."""
    said = plain(text.strip())
    if said in YES or said in STATUS_YES or MARKS.get(said) is True:
        return True
    if said in NO or said in STATUS_NO or MARKS.get(said) is False:
        return False
    raise BadCell("bad_yes_or_no")


@functools.lru_cache(maxsize=500)
def agreement(text: str, *, with_marks: bool) -> bool:
    """Return whether somebody agreed. A status (active) is no answer; ``with_marks``: the column holds nothing but
    marks like 1, 0 and x, which count only then.
    """
    said = plain(text.strip())
    if said in YES:
        return True
    if said in NO:
        return False
    if said in STATUS_YES or said in STATUS_NO:
        raise BadCell("status_is_no_consent")
    if with_marks and said in MARKS:
        return MARKS[said]
    raise BadCell("mark_is_no_consent" if said in MARKS else "bad_yes_or_no")


def is_mark(text: str) -> bool:
    """Say whether a text is a word or a mark for yes or no."""
    said = plain(text.strip())
    return said in MARKS or said in YES or said in NO


def comes_day_first(texts: Iterable[str]) -> bool | None:
    """Say by dates in figures whether the day stands first: one that can be read one way only decides. None: nothing
    tells, or they contradict each other.
    """
    ways = set()
    for text in texts:
        match = _DATE.fullmatch(text.strip())
        if match and (int(match[1]) > 12) != (int(match[2]) > 12):
            ways.add(int(match[1]) > 12)
    return ways.pop() if len(ways) == 1 else None


def day(text: str, *, day_first: bool) -> str:
    """Return a date as ISO 8601, given so, in figures or with the month in words. Raises BadCell for what is none, and
    for what can only be read another way than the file's.
    """
    return _read_day(text.strip(), day_first=day_first)[0].isoformat()


def _read_day(said: str, *, day_first: bool) -> tuple[date, str]:
    """The date, and the time of day as it stands behind it."""
    try:
        if match := _DATE.fullmatch(said):
            first, second, year = int(match[1]), int(match[2]), _year(match[3])
            return (date(year, second, first) if day_first else date(year, first, second)), match[4] or ""
        if match := _YEAR_FIRST.fullmatch(said):
            return date(int(match[1]), int(match[2]), int(match[3])), match[4] or ""
        if match := _SERIAL.fullmatch(said):
            serial = int(match[1])
            if not FIRST_SERIAL <= serial <= LAST_SERIAL:
                raise BadCell("bad_date")
            return _EPOCH + timedelta(days=serial), ""
        if match := _IN_WORDS.fullmatch(plain(said)):
            number, month = (match[1], match[2]) if match[1] else (match[4], match[3])
            return date(_year(match[5]), _months()[month], int(number)), ""
        at = datetime.fromisoformat(said)
    except (ValueError, KeyError, OverflowError) as error:
        raise BadCell("bad_date") from error
    return at.date(), ""


def _year(text: str) -> int:
    """Two digits are a year as Excel reads them: 00 to 29 of this century, 30 to 99 of the last."""
    return int(text) if len(text) == 4 else int(text) + (2000 if int(text) < 30 else 1900)


def past_moment(text: str, *, day_first: bool, now: datetime) -> datetime:
    """Return when something was, as an aware time; a day alone means its noon, and a time without a zone is the
    organization's. Raises BadCell for what is no date or is still to come.
    """
    at = _moment(text.strip(), day_first=day_first, now=now)
    if at > now:
        raise BadCell("future_date")
    if at.year < 1990:  # nobody kept a consent to e-mail or texts before
        raise BadCell("bad_date")
    return at


def _moment(said: str, *, day_first: bool, now: datetime) -> datetime:
    zone = ZoneInfo(current_organization().time_zone)
    if _ISO_DAY.match(said) and len(said) > 10:
        try:
            whole = datetime.fromisoformat(said)
        except ValueError as error:
            raise BadCell("bad_date") from error
        return whole if whole.tzinfo else whole.replace(tzinfo=zone)
    found, clock = _read_day(said, day_first=day_first)
    if clock:
        return datetime.combine(found, _clock(clock), tzinfo=zone)
    noon = datetime.combine(found, time(12), tzinfo=zone)
    return min(noon, now) if found == now.astimezone(zone).date() else noon


def _clock(text: str) -> time:
    """A time of day: 10:00, 10:00:30, 9:30 pm."""
    match = _CLOCK.fullmatch(text.strip().lower())
    if match is None:
        raise BadCell("bad_date")
    hour, half = int(match[1]), match[4]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(match[2]), int(match[3] or 0))
    except ValueError as error:
        raise BadCell("bad_date") from error


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
def _months() -> dict[str, int]:
    found: dict[str, int] = {}
    for tag in LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, label in Locale(tag).months[context][width].items():
                    found.setdefault(plain(label).rstrip("."), number)
    return found | {"set": 9, "sept": 9, "marco": 3, "mrz": 3}


@functools.cache
def _countries() -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in LOCALES:
        for code, label in Locale(tag).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("ZZ", "XA", "XB", "EU", "EZ", "UN", "QO"):
                found.setdefault(plain(code), code)
                found.setdefault(plain(label), code)
    return found | _ALPHA3 | _OTHER_NAMES


_ALPHA3 = {
    pair[:3]: pair[3:].upper()
    for pair in (
        "bra br,usa us,deu de,prt pt,esp es,fra fr,gbr gb,ita it,arg ar,chl cl,col co,mex mx,per pe,ury uy,pry py,"
        "bol bo,ven ve,ecu ec,che ch,aut at,nld nl,bel be,lux lu,irl ie,can ca,aus au,nzl nz,jpn jp,chn cn,ind in,"
        "zaf za,ago ao,moz mz,cpv cv,pol pl,swe se,nor no,dnk dk,fin fi,cze cz,hun hu,rou ro,grc gr,tur tr,isr il,"
        "are ae,kor kr,rus ru,ukr ua"
    )
    .replace(" ", "")
    .split(",")
}
_OTHER_NAMES = {
    "republica tcheca": "CZ",
    "turkey": "TR",
    "uae": "AE",
    "u.a.e.": "AE",
    "emirates": "AE",
    "emirados arabes": "AE",
    "ivory coast": "CI",
    "the netherlands": "NL",
    "macedonia": "MK",
    "hong kong": "HK",
    "macau": "MO",
    "rep. dominicana": "DO",
    "dominican rep.": "DO",
    "viet nam": "VN",
    "cape verde": "CV",
    "cabo verde": "CV",
    "burma": "MM",
    "swaziland": "SZ",
    "vatican": "VA",
    "palestine": "PS",
    "congo": "CG",
    "republic of ireland": "IE",
    "eire": "IE",
    "people's republic of china": "CN",
    "russian federation": "RU",
    "republic of korea": "KR",
    "coreia do sul": "KR",
    "usa": "US",
    "eua": "US",
    "u.s.": "US",
    "u.s.a.": "US",
    "e.u.a.": "US",
    "ee.uu.": "US",
    "ee. uu.": "US",
    "eeuu": "US",
    "united states of america": "US",
    "estados unidos da america": "US",
    "america": "US",
    "uk": "GB",
    "u.k.": "GB",
    "england": "GB",
    "inglaterra": "GB",
    "great britain": "GB",
    "gra-bretanha": "GB",
    "scotland": "GB",
    "escocia": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "grossbritannien": "GB",
    "brasilien": "BR",
    "republica federativa do brasil": "BR",
    "federative republic of brazil": "BR",
    "holland": "NL",
    "holanda": "NL",
    "hollande": "NL",
    "brd": "DE",
    "bundesrepublik deutschland": "DE",
    "czech republic": "CZ",
    "republica checa": "CZ",
    "russia": "RU",
    "south korea": "KR",
    "coreia": "KR",
}
_BAD_NUMBER = {"area_code_missing": "no_area_code", "shortened": "shortened_number"}
