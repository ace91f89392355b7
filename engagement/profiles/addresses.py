"""One spelling per address, by the standard of its kind, so that one person is found again."""

import unicodedata

import idna
import phonenumbers


class InvalidAddress(ValueError):
    """A text that is no address of its kind; the message says what is wrong with it."""


def normalised(kind: str, address: str, *, country: str = "BR") -> str:
    """Return the one spelling by which identities of ``kind`` are compared. Raises InvalidAddress.

    ``country`` (ISO 3166 alpha-2) is assumed for phone numbers without an international prefix.
    """
    if "\x00" in address:
        raise InvalidAddress("an address has no NUL character")
    if kind == "email":
        return normalised_email(address)
    if kind == "phone":
        return normalised_phone(address, country=country)
    text = unicodedata.normalize("NFC", address).strip()
    if not text or len(text) > 400:
        raise InvalidAddress("an address has between 1 and 400 characters")
    return text.casefold().lstrip("@") if kind == "handle" else text


def normalised_email(address: str) -> str:
    """Return a mailbox address (RFC 5321 section 4.1.2, RFC 6532) in the form that is compared.

    The domain becomes lower-case A-labels (IDNA 2008). The local part is folded too, although RFC 5321 leaves its
    case to the receiver: no provider in use tells ``Ana@`` from ``ana@``, and two profiles for one person are worse.
    """
    text = unicodedata.normalize("NFC", address).strip()
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise InvalidAddress(f"{text[:100]!r} needs a name, an @ and a domain")
    if any(ord(c) < 33 or ord(c) == 127 for c in text) and not (local.startswith('"') and local.endswith('"')):
        raise InvalidAddress(f"{text[:100]!r} has a space or a control character")
    if len(local.encode()) > 64 or len(domain.encode()) > 255:
        raise InvalidAddress("the part before the @ has at most 64 bytes, the domain 255")
    return f"{local.casefold()}@{_domain(domain.rstrip('.').lower())}"


def _domain(domain: str) -> str:
    if domain.startswith("[") and domain.endswith("]"):
        return domain
    try:
        return domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise InvalidAddress(f"{domain[:100]!r} is no domain name") from error


def normalised_phone(address: str, *, country: str) -> str:
    """Return a phone number as E.164, ``+`` and digits. Raises InvalidAddress for what no network could dial."""
    try:
        number = phonenumbers.parse(address, country)
    except phonenumbers.NumberParseException as error:
        raise InvalidAddress(f"{address[:100]!r} is no phone number") from error
    if not phonenumbers.is_possible_number(number):
        raise InvalidAddress(f"{address[:100]!r} has too many or too few digits for a phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
