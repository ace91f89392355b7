"""One spelling for each domain of a company."""

import re

import idna
from django.utils.translation import gettext as _

from engagement.profiles.companies.refusals import CompanyRefused

_LABELS = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_BEFORE = re.compile(r"^(https?://)?(www\.)?", re.IGNORECASE)


def domain_in(text: str) -> str:
    """Return the domain that was typed, perhaps as the address of a site, in small letters and A-labels (IDNA 2008).

    Raises CompanyRefused for what is none.
    """
    host = _BEFORE.sub("", text.strip()).partition("/")[0].rpartition("@")[2].rstrip(".").lower()
    try:
        host = host if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        host = ""
    if not _LABELS.fullmatch(host):
        raise CompanyRefused(
            _("“%(text)s” is no domain. Write it as in example.com.") % {"text": text[:100]}, "domains"
        )
    return host


def domains_in(text: str) -> list[str]:
    """Return what was typed between commas and blanks, not looked at yet."""
    return [word for word in re.split(r"[\s,;]+", text.replace("\x00", " ")) if word]
