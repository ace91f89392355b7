"""The ways of writing one number or one mailbox: they share an alias, and lead to one person.

The spelling that came is kept and is answered to; the alias only finds whose it is.
"""

import re

from django.conf import settings

# Anatel, Resolução 749/2022 (Regulamento de Numeração) and its annex: the area codes in use. Mobile numbers have nine
# digits and begin with 9; before Resolução 553/2010 they had eight, from 6 to 9. Fixed lines begin with 2 to 5. Trunked
# radio (SME, Nextel: 70, 77, 78, 79) stayed at eight digits, and 9 before one of its numbers is somebody else.
_AREA = r"(?:[14689][1-9]|2[12478]|3[1-578]|5[13-5]|7[13-79])"
_WITHOUT_NINTH = re.compile(rf"\+55({_AREA})([689][0-9]{{7}}|7[1-6][0-9]{{6}})", re.ASCII)
_NINTH = re.compile(rf"\+55({_AREA})9([6-9][0-9]{{7}})", re.ASCII)
_SAME_DOMAIN = {"googlemail.com": "gmail.com"}


def alias_of(kind: str, address_norm: str) -> str:
    """Return what all spellings of an address have in common; empty where there is only one way to write it.

    ``address_norm`` is a normalised address of ``kind``. A phone number and a WhatsApp id share theirs.
    """
    if kind == "phone":
        return with_ninth_digit(address_norm)
    if kind == "whatsapp":
        return with_ninth_digit(f"+{address_norm}")
    return mailbox_of(address_norm) if kind == "email" else ""


def with_ninth_digit(number: str) -> str:
    """Return an E.164 number; a Brazilian mobile number of eight digits gets its ninth."""
    return _WITHOUT_NINTH.sub(r"+55\g<1>9\2", number) if _WITHOUT_NINTH.fullmatch(number) else number


def without_ninth_digit(number: str) -> str:
    """Return an E.164 number as it was written before: a Brazilian mobile number of nine digits loses the first."""
    short = _NINTH.sub(r"+55\1\2", number) if _NINTH.fullmatch(number) else number
    return short if with_ninth_digit(short) == number else number


def mailbox_of(address_norm: str) -> str:
    """Return the mailbox into which an address delivers, where its provider says which others do (RFC 5233 section 1:
    what stands behind the separator is the user's own); empty for every other domain, where nobody can know.
    """
    local, _at, domain = address_norm.rpartition("@")
    if domain not in settings.SUBADDRESS_DOMAINS or local.startswith('"'):
        return ""
    base = local.partition("+")[0]
    if domain in settings.DOTLESS_DOMAINS:
        base = base.replace(".", "")
    return f"{base}@{_SAME_DOMAIN.get(domain, domain)}" if base else ""
