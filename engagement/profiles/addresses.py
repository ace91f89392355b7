"""One spelling per address, by the standard of its kind, so that one person is found again.

Two doors: ``normalised`` compares what exists already (a sender, a stored row) and is lenient; ``entered`` is for every
address that somebody writes down (API, forms, files) and refuses what nobody could be reached by.
"""

import re
import unicodedata
from collections.abc import Callable

import idna
from django.utils.translation import gettext as _

from engagement.organization.current import current_organization
from engagement.profiles.phone_numbers import (
    AREA_CODE_MISSING,
    NOT_A_NUMBER,
    SHORTENED,
    InvalidNumber,
    parse_number,
)

LONGEST, LONGEST_SCOPE = 400, 100


class InvalidAddress(ValueError):
    """A text that is no address of its kind; the message says what is wrong with it, in the reader's language."""


def normalised(kind: str, address: str, *, country: str = "") -> str:
    """Return the one spelling by which identities of ``kind`` are compared. Raises InvalidAddress.

    ``country`` (ISO 3166 alpha-2) is assumed for phone numbers without an international prefix; without one, the
    organization's.
    """
    if "\x00" in address:
        raise InvalidAddress(_("An address has no NUL character."))
    if kind == "phone":
        return normalised_phone(address, country=country)
    return _RULES.get(kind, _opaque)(address)


def entered(kind: str, address: str, *, country: str = "") -> tuple[str, str]:
    """Return an address that somebody writes down as it is compared, and as it is kept and shown.

    Invisible characters, brackets, ``mailto:`` and signs at its end are taken away. Raises InvalidAddress, also for
    what has the form of an address and can be nobody's.
    """
    if "\x00" in address:
        raise InvalidAddress(_("An address has no NUL character."))
    spelt = cleaned_address(kind, address)[:LONGEST]
    if kind == "phone":
        return normalised_phone(spelt, country=country, must_be_valid=True), spelt
    norm = normalised(kind, spelt)
    if kind == "email" and not _is_mailbox(spelt):
        raise InvalidAddress(_("“%(given)s” is no email address.") % {"given": spelt[:100]})
    return norm, spelt


def cleaned_address(kind: str, address: str) -> str:
    """Return an address without what spreadsheets, mail programs and web pages leave around it."""
    if kind == "email":
        return _cleaned_email(address)
    text = _without_envelope(address)
    if kind in ("phone", "whatsapp"):
        return visible(text).strip().strip("'\"`´“”").strip()
    return text.strip()


def _without_envelope(text: str) -> str:
    return _ENVELOPE.sub(r"\1", text.strip()) if text.lstrip().startswith("=") else text


def visible(text: str) -> str:
    """Return a text without characters that nobody sees (Unicode general category Cf: zero width, soft hyphen,
    directions, byte order mark) and without fillers.
    """
    if text.isascii():
        return text
    return "".join(letter for letter in text if letter not in FILLERS and unicodedata.category(letter) != "Cf")


def checked_scope(kind: str, scope: str) -> str:
    """Return the scope of an identity: within what its address is unique. Raises InvalidAddress.

    An address that counts everywhere has none. Others need theirs: a business portfolio, a page, a site, a system.
    """
    text = unicodedata.normalize("NFC", scope).strip()
    if kind in SCOPED and not text:
        raise InvalidAddress(_("Say within what this is unique: the page, portfolio, site, system or network."))
    if kind not in SCOPED and text:
        raise InvalidAddress(_("An address of this kind is unique everywhere: leave out within what."))
    if len(text) > LONGEST_SCOPE or any(unicodedata.category(letter) == "Cc" for letter in text):
        raise InvalidAddress(_("That has at most 100 characters, all of them visible."))
    return text.casefold()


def normalised_email(address: str) -> str:
    """Return a mailbox address (RFC 5321 section 4.1.2, RFC 6532) in the form that is compared.

    The domain becomes lower-case A-labels (IDNA 2008). The local part is folded too, although RFC 5321 leaves its
    case to the receiver: no provider in use tells ``Ana@`` from ``ana@``, and two profiles for one person are worse.
    """
    text = unicodedata.normalize("NFC", _cleaned_email(address))
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise InvalidAddress(_("“%(given)s” needs a name, an @ and a domain.") % {"given": text[:100]})
    if any(ord(c) < 33 or ord(c) == 127 for c in text) and not (local.startswith('"') and local.endswith('"')):
        raise InvalidAddress(_("“%(given)s” has a space or a control character.") % {"given": text[:100]})
    if len(local.encode()) > 64 or len(domain.encode()) > 255:  # RFC 5321 section 4.5.3.1
        raise InvalidAddress(_("The part before the @ has at most 64 bytes, the domain 255."))
    return f"{local.casefold()}@{_domain(domain.rstrip('.').lower())}"


def _domain(domain: str) -> str:
    if domain.startswith("[") and domain.endswith("]"):
        return domain
    try:
        return domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise InvalidAddress(_("“%(given)s” is no domain name.") % {"given": domain[:100]}) from error


def _cleaned_email(address: str) -> str:
    """``Ana <ana@…>``, ``mailto:ana@…?subject=…``, ``<ana@…>``, ``ana@…,`` and invisible characters."""
    address = _without_envelope(address)
    text = visible(address).strip().strip("'`´“”‘’").strip() if not address.isascii() else address.strip().strip("'`")
    if text.endswith(">") and "<" in text:
        text = text[text.rindex("<") + 1 : -1].strip()
    if text[:7].lower() == "mailto:":
        text = text[7:].partition("?")[0].strip()
    return text.rstrip(".,;:>)]}!").lstrip("<([{") if not text.endswith("]") or "@[" not in text else text


def _is_mailbox(text: str) -> bool:
    """A dot-atom and a domain name (RFC 5321 section 4.1.2, RFC 1123 section 2.1); letters of all scripts."""
    local, _at, domain = text.rpartition("@")
    labels = domain.split(".")
    return (
        bool(local)
        and len(labels) > 1
        and not local.startswith(".")
        and not local.endswith(".")
        and ".." not in local
        and not _NOT_IN_LOCAL.search(local)
        and not _NOT_IN_DOMAIN.search(domain)
        and all(label and len(label) <= 63 and label[0] != "-" and label[-1] != "-" for label in labels)
        and not labels[-1].isdigit()
    )


def normalised_phone(address: str, *, country: str = "", must_be_valid: bool = False) -> str:
    """Return a phone number as E.164, ``+`` and at most 15 digits (ITU-T E.164 section 6). Raises InvalidAddress for
    what no network could dial; with ``must_be_valid`` also for a number in full that its country has not given out.
    """
    try:
        return parse_number(address, country=country or current_organization().country, must_be_valid=must_be_valid)
    except InvalidNumber as error:
        raise InvalidAddress(_wrong_number(str(error)) % {"given": address[:100]}) from error


def _wrong_number(code: str) -> str:
    if code == AREA_CODE_MISSING:
        return _("“%(given)s” has no area code. Write the number with its area code, or with + and its country code.")
    if code == SHORTENED:
        return _("“%(given)s” was shortened by a spreadsheet: digits are missing. Format the column as text.")
    if code == NOT_A_NUMBER:
        return _("“%(given)s” is no phone number.")
    return _("“%(given)s” is no valid phone number. Check its digits, or write it with + and its country code.")


def _whatsapp(address: str) -> str:
    """A ``wa_id``: the number's digits with its country code, as Meta writes it ("WhatsApp Cloud API, Phone numbers").

    It is not always the number that is dialled: older Brazilian accounts lack the ninth digit.
    """
    digits = re.sub(r"[\s().+-]", "", address.strip().removesuffix("@s.whatsapp.net"))
    if not re.fullmatch(r"[1-9][0-9]{6,14}", digits, re.ASCII):
        raise InvalidAddress(_("A WhatsApp id is a number with its country code: 7 to 15 digits."))
    return digits


def _portfolio_user(address: str) -> str:
    """A business-scoped user id (Meta, "Business-scoped user IDs"): the country's two letters, a full stop, and up to
    128 letters or digits; those of a parent portfolio have ``ENT.`` between them. Its case counts.
    """
    country, dot, rest = address.strip().partition(".")
    if not re.fullmatch(r"[A-Za-z]{2}", country) or not re.fullmatch(r"(?:ENT\.)?[A-Za-z0-9]{1,128}", rest):
        raise InvalidAddress(_("A business-scoped id looks like US.13491208655302741918."))
    return f"{country.upper()}{dot}{rest}"


def _telegram(address: str) -> str:
    """A user's id (Telegram Bot API, "User"): a positive number of at most 52 significant bits."""
    text = address.strip()
    if not re.fullmatch(r"[1-9][0-9]{0,15}", text, re.ASCII) or int(text).bit_length() > 52:
        raise InvalidAddress(_("A Telegram id is a positive number; a name with an @ is a handle."))
    return text


def _page_user(address: str) -> str:
    """A page-scoped id (Messenger Platform, "IDs and profile") or an Instagram-scoped one: digits, a string to us."""
    text = address.strip()
    if not re.fullmatch(r"[0-9]{5,32}", text, re.ASCII):
        raise InvalidAddress(_("A page-scoped id has 5 to 32 digits."))
    return text


def _visitor(address: str) -> str:
    """What a site calls a browser: opaque, its case counts."""
    text = address.strip()
    if not re.fullmatch(r"[\x21-\x7e]{1,200}", text):
        raise InvalidAddress(_("A visitor's id has 1 to 200 visible ASCII characters."))
    return text


def _handle(address: str) -> str:
    text = unicodedata.normalize("NFKC", address).strip().casefold().lstrip("@")
    if not text or len(text) > LONGEST or any(letter.isspace() or not letter.isprintable() for letter in text):
        raise InvalidAddress(_("A handle is one word, with or without an @ before it."))
    return text


def _opaque(address: str) -> str:
    text = unicodedata.normalize("NFC", address).strip()
    if not text or len(text) > LONGEST or any(unicodedata.category(letter) == "Cc" for letter in text):
        raise InvalidAddress(_("An address has between 1 and 400 visible characters."))
    return text


FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180b\u180c\u180d\u180e")
_ENVELOPE = re.compile(r'=\s*"([^"]*)"\s*', re.DOTALL)  # Excel's way of keeping digits as text
_NOT_IN_LOCAL = re.compile(r"[\s@<>()\[\],;:\\\"\x00-\x1f\x7f]")
_NOT_IN_DOMAIN = re.compile(r"[\s@<>()\[\],;:\\\"?=&/!#$%^*+|~`'{}_\x00-\x1f\x7f]")
SCOPED = ("bsuid", "messenger", "instagram", "visitor", "crm", "handle")
_RULES: dict[str, Callable[[str], str]] = {
    "email": normalised_email,
    "whatsapp": _whatsapp,
    "bsuid": _portfolio_user,
    "telegram": _telegram,
    "messenger": _page_user,
    "instagram": _page_user,
    "visitor": _visitor,
    "crm": _opaque,
    "handle": _handle,
}
