"""Why two profiles may be one person, and what speaks against it, in the reader's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

AGAINST = ("other_name", "other_date")


@dataclass(frozen=True, slots=True)
class Reason:
    """``against``: it makes us doubt."""

    text: str
    against: bool = False


def in_words(reasons: Iterable[Mapping[str, Any]], labels: Mapping[str, str]) -> list[Reason]:
    """Return reasons as they are read; ``labels`` are the names of attributes by their slugs."""
    return [Reason(_words(reason, labels), reason["code"] in AGAINST) for reason in reasons]


def _words(reason: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    label = labels.get(reason.get("attribute", ""), reason.get("attribute", ""))
    words: dict[str, str] = {
        "number": _("Same number, %(address)s"),
        "mailbox": _("Two ways of writing one mailbox, %(address)s"),
        "passed_on": _("%(address)s belonged to one and is the other's now"),
        "local_part": _("Same name before the @, %(address)s"),
        "name": _("Same name"),
        "alike": _("Names are alike, %(percent)s%%"),
        "place": _("Same place, %(place)s"),
        "company": _("Both at %(company)s"),
        "date": _("Same “%(label)s”"),
        "other_name": _("Their names are not alike"),
        "other_date": _("They differ in “%(label)s”"),
    }
    return words[reason["code"]] % {**reason, "label": label}
