"""Phone numbers as people write them, read by meaning and checked against the numbering plans (libphonenumber).

A number is what is valid among its readings, in this order: as it is with a plus; behind 00 as an international one;
with the assumed country's code written before it; in that country; behind 011 as an international one.
"""

import functools
import re
import unicodedata
from collections.abc import Iterator

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from engagement.profiles.aliases import with_ninth_digit

NOT_A_NUMBER, AREA_CODE_MISSING, SHORTENED, INVALID = "not_a_number", "area_code_missing", "shortened", "invalid"
MAX_CHARACTERS = 60
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_BRAZILIAN_MOBILE = re.compile(
    r"\+55(?:[14689][1-9]|2[12478]|3[1-578]|5[13-5]|7[13-79])9[0-9]{8}", re.ASCII
)  # most of ours: valid by its form
_OLD_MEXICAN_MOBILE = re.compile(r"\+521([0-9]{10})", re.ASCII)  # before 2019, and in WhatsApp still
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?\s*[eE]\s*\+?[0-9]{1,2}", re.ASCII)
_FLOAT = re.compile(r"([0-9]{8,15})[.,]0", re.ASCII)
_SCHEME = re.compile(
    r"(?:tel|callto|sms|whatsapp|https?://wa\.me/|https?://api\.whatsapp\.com/send\?phone=)[:/]*", re.IGNORECASE
)
# Shared by a whole country, or by companies: nobody's own number.
_NOBODYS = (PhoneNumberType.SHARED_COST, PhoneNumberType.UAN, PhoneNumberType.VOICEMAIL)


class InvalidNumber(ValueError):
    """No phone number; the message is a code: not_a_number, area_code_missing, shortened, invalid."""


@functools.lru_cache(maxsize=20_000)
def parse_number(text: str, *, country: str, must_be_valid: bool = True) -> str:
    """Return a number as E.164. Raises InvalidNumber.

    Without ``must_be_valid`` a number that is written in full, as networks and our own rows have it, need only be
    possible: a plan may be newer than the library.
    """
    if _BRAZILIAN_MOBILE.fullmatch(text):
        return text
    given = _plain(text)
    if not must_be_valid and _E164.fullmatch(given):
        number = _parsed(given, None)
        if number is None or not phonenumbers.is_possible_number(number):
            raise InvalidNumber(INVALID)
        return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    readings = list(_readings(given, country))
    for number in readings:
        if _is_valid(number) and not _is_subscriber_alone(given, number):
            return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    if not readings:
        raise InvalidNumber(NOT_A_NUMBER)
    raise InvalidNumber(AREA_CODE_MISSING if any(_lacks_area_code(given, number) for number in readings) else INVALID)


def with_area_code(text: str, *, area: str, country: str) -> str:
    """Return a number of a town with its area code, which stands in a column of its own; one in full as it is."""
    digits = sum(letter.isdigit() for letter in text)
    if not area or text.lstrip().startswith(("+", "00", "(")) or not 6 <= digits <= 9:
        return text
    trunk = phonenumbers.ndd_prefix_for_region(country, True) or ""
    return f"{trunk if trunk == '0' else ''}{area} {text.strip()}"


def is_valid_number(e164: str) -> bool:
    """Say whether a number in full can be dialled by its country's numbering plan."""
    if _BRAZILIAN_MOBILE.fullmatch(e164):
        return True
    number = _parsed(e164, None)
    return number is not None and _is_valid(number)


@functools.lru_cache(maxsize=20_000)
def country_of_number(e164: str) -> str:
    """Return the country of a number in full (ISO 3166-1), empty where it is of none or of several."""
    if e164.startswith("+55"):
        return "BR"
    number = _parsed(e164, None)
    return (phonenumbers.region_code_for_number(number) or "") if number is not None else ""


def _plain(text: str) -> str:
    """Without the traces of spreadsheets, links and invisible characters. Raises InvalidNumber."""
    given = "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    given = _SCHEME.sub("", given.strip().strip("'\"`“”"), count=1).strip()
    if _SCIENTIFIC.fullmatch(given):
        raise InvalidNumber(SHORTENED)
    if whole := _FLOAT.fullmatch(given):
        given = whole[1]
    digits = sum(letter.isdigit() for letter in given)
    if len(given) > MAX_CHARACTERS or digits < 4 or sum(letter.isalpha() for letter in given) > 12:
        raise InvalidNumber(NOT_A_NUMBER)
    return given


def _readings(given: str, country: str) -> Iterator[PhoneNumber]:
    bare = given.lstrip("+ ") if given.startswith("+") else given
    compact = re.sub(r"[\s().\-/]", "", bare)
    if given.startswith("+") and not compact.startswith("0"):
        if mexican := _OLD_MEXICAN_MOBILE.fullmatch(f"+{compact}"):
            given = f"+52{mexican[1]}"
        if (number := _parsed(given, country)) is not None:
            yield number
        return
    tried: list[tuple[str, str | None]] = []
    if compact.startswith("00"):
        tried.append((_OLD_MEXICAN_MOBILE.sub(r"+52\1", f"+{compact[2:]}"), None))
    code = phonenumbers.country_code_for_region(country)
    if code and compact.startswith(str(code)):
        tried.append((f"+{compact}", None))
    tried.append((bare, country))
    if compact.startswith("011"):
        tried.append((f"+{compact[3:]}", None))
    for text, region in tried:
        if (number := _parsed(text, region)) is not None:
            yield number


def _parsed(text: str, country: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None


def _is_valid(number: PhoneNumber) -> bool:
    """By the plan; a Brazilian mobile number without its ninth digit is one with it."""
    if number.country_code == 55:
        number = phonenumbers.parse(with_ninth_digit(phonenumbers.format_number(number, PhoneNumberFormat.E164)), None)
    return phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) not in _NOBODYS


def _is_subscriber_alone(given: str, number: PhoneNumber) -> bool:
    """A valid fixed line by its figures, written without the zero that a number with an area code begins with, and
    shorter than any mobile number there: the area code was left out.
    """
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    digits = re.sub(r"\D", "", given)
    if given.startswith("+") or digits != str(number.national_number):
        return False
    return phonenumbers.ndd_prefix_for_region(region, True) == "0" and len(digits) <= max(7, _mobile_length(region) - 3)


@functools.cache
def _mobile_length(region: str) -> int:
    example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    return len(str(example.national_number)) if example else 0


def _lacks_area_code(given: str, number: PhoneNumber) -> bool:
    """A subscriber's number alone: dialled within its town only."""
    national = str(number.national_number)
    if number.country_code == 55:
        return len(national) in (8, 9) and not given.startswith("+")
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    if not given.startswith(("+", "0")) and 6 <= len(national) <= _mobile_length(region) - 1:
        return True
    return bool(phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE_LOCAL_ONLY)
