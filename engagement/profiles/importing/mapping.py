"""What each column of a file means and how it is brought in: chosen on a screen, or given by the API."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from engagement.profiles.addresses import SCOPED
from engagement.profiles.importing.targets import REPEATED, kinds, targets
from engagement.profiles.models import AttributeDefinition
from engagement.profiles.models.consent import CHANNELS, Basis

FILE, KNOWN = "file", "known"  # what wins where both know something
LEAVE_OUT, IMPORT_DAY = "leave_out", "import_day"  # a consent of which nobody can say when it was given
MARKETING_BASES = (Basis.EXPRESS.value, Basis.IMPLIED.value)


class BadMapping(ValueError):
    """A mapping that cannot be used; ``problems`` say why, to whoever chose it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """``columns``: a target for each header, "" for none. ``decides``: kinds of address, in this order: the first one
    by which a person is known says who they are. ``scope``: within what the ids of another system are unique.
    ``agreed``: channels by which everybody in the file agreed to marketing. ``expires_on``: ISO 8601, for consent that
    only follows from something. ``undated``: what becomes of a consent without a readable date: it is not recorded, or
    gets the day of the import, which its evidence then says. ``kind``: what the file is of; a company is recognised by
    its name alone.
    """

    columns: tuple[str, ...]
    decides: tuple[str, ...]
    wins: str = KNOWN
    country: str = ""
    day_first: bool = True
    tags: tuple[str, ...] = ()
    scope: str = ""
    agreed: tuple[str, ...] = ()
    basis: str = Basis.EXPRESS.value
    evidence: str = ""
    expires_on: str = ""
    undated: str = LEAVE_OUT
    kind: str = "people"

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Mapping":
        """Read what was kept; unknown names are ignored."""
        known: dict[str, Any] = {name: kept[name] for name in cls.__dataclass_fields__ if name in kept}
        for name, value in known.items():
            known[name] = tuple(value) if isinstance(value, list) else value
        return cls(**known)

    @property
    def speaks_of_consent(self) -> bool:
        """Whether somebody's consent is given or taken back by it."""
        return self.gives_consent or any(column.startswith("optout:") for column in self.columns)

    @property
    def gives_consent(self) -> bool:
        """Whether somebody may agree by it, so that it needs evidence."""
        return bool(self.agreed) or any(column.startswith("consent:") for column in self.columns)

    def check(self, headers: Sequence[str], definitions: Sequence[AttributeDefinition], *, today: date) -> None:
        """Raise BadMapping for what cannot be."""
        choices = self._wrong_choices(today) if self.kind == "people" else self._wrong_company()
        problems = [*self._wrong_columns(headers, definitions), *choices]
        if problems:
            raise BadMapping(problems)

    def _wrong_columns(self, headers: Sequence[str], definitions: Sequence[AttributeDefinition]) -> list[str]:
        known = {target.code: target.label for target in targets(definitions, self.kind)}
        wrong = []
        if len(self.columns) != len(headers):
            wrong.append(_("The file has %(count)s columns: say of each what it means.") % {"count": len(headers)})
        if unknown := sorted(set(self.columns) - known.keys() - {""}):
            wrong.append(_("There is nothing called %(names)s.") % {"names": ", ".join(unknown)})
        for target, times in Counter(self.columns).items():
            if times > 1 and target and not target.startswith(REPEATED):
                label = known.get(target, target)
                wrong.append(_("Two columns both say the same: %(what)s. Choose one.") % {"what": label})
        if "name" in self.columns and {"first_name", "last_name"} & set(self.columns):
            wrong.append(_("Choose either the name or its parts, not both."))
        return wrong

    def _wrong_company(self) -> list[str]:
        wrong = []
        if "name" not in self.columns:
            wrong.append(_("Say which column holds the name of the company."))
        if self.wins not in (FILE, KNOWN):
            wrong.append(_("Say what wins where both know something."))
        return wrong

    def _wrong_choices(self, today: date) -> list[str]:
        wrong = []
        mapped = {column.removeprefix("identity:") for column in self.columns if column.startswith("identity:")}
        if not self.decides or not set(self.decides) <= mapped & kinds().keys():
            wrong.append(_("Say which column holds the address by which people are recognised."))
        scoped = sorted(mapped & set(SCOPED))
        if len(scoped) > 1:
            wrong.append(_("Bring in the numbers of one other system or network at a time."))
        if scoped and not self.scope.strip():
            wrong.append(_("Say which system or network the numbers or names are of."))
        if self.wins not in (FILE, KNOWN):
            wrong.append(_("Say what wins where both know something."))
        if self.country and (len(self.country) != 2 or not self.country.isalpha()):
            wrong.append(_("Say by two letters which country numbers without a prefix are of."))
        if not set(self.agreed) <= set(CHANNELS):
            wrong.append(_("Consent is given for one channel: choose it."))
        if self.gives_consent:
            wrong += self._wrong_consent(today)
        return wrong

    def _wrong_consent(self, today: date) -> list[str]:
        wrong = []
        if self.basis not in MARKETING_BASES:
            wrong.append(_("Marketing needs a yes of theirs, or that it follows from what they bought or asked."))
        if not self.evidence.strip():
            wrong.append(_("Say what they agreed to and where: a consent needs evidence."))
        if self.undated not in (LEAVE_OUT, IMPORT_DAY):
            wrong.append(_("Choose what becomes of a consent without a date."))
        elif self.undated == LEAVE_OUT and "consent_at" not in self.columns:
            wrong.append(
                _(
                    "No column says when they agreed. Choose the column with the date of consent, or choose to record"
                    " consents with the day of the import."
                )
            )
        try:
            ends = date.fromisoformat(self.expires_on) if self.expires_on else None
        except ValueError:
            return [*wrong, _("Say by a date until when the consent holds.")]
        if ends is not None and ends < today:
            wrong.append(_("A consent expires after it is given."))
        if self.basis == Basis.IMPLIED and ends is None:
            wrong.append(_("What only follows from a purchase or a question expires: say when."))
        return wrong


def deciding_kinds(columns: Sequence[str]) -> tuple[str, ...]:
    """Return the kinds of address that columns bring, what is most one's own first."""
    mapped = {column.removeprefix("identity:") for column in columns if column.startswith("identity:")}
    return tuple(kind for kind in (*_MOST_OWN, *(one for one in kinds() if one not in _MOST_OWN)) if kind in mapped)


_MOST_OWN = ("crm", "email", "phone", "whatsapp")


def fingerprint(headers: Sequence[str], kind: str = "people") -> str:
    """Return what two files of a kind with the same headers have in common."""
    words = [header.strip().casefold() for header in headers] + ([kind] if kind != "people" else [])
    return hashlib.sha256("\x1f".join(words).encode()).hexdigest()
