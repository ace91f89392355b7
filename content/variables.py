"""The variables that texts may ask for: the organisation's, the message's, and what is known of a person.

What a person lacks is absent from their values: the text then fails, unless it says what to write instead.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagement.organization.current import current_organization
from engagement.profiles.models import AttributeDefinition, Profile


@dataclass(frozen=True, slots=True)
class Variable:
    """A name to write between ``{{`` and ``}}``. ``group``: person, attribute, organisation or message."""

    name: str
    label: Any
    sample: Any
    group: str
    choices: tuple[str, ...] = ()

    @property
    def is_personal(self) -> bool:
        """It tells something about the reader."""
        return self.group in ("person", "attribute")


_ORGANISATION = (
    Variable("organisation", _("The organisation's name"), "", "organisation"),
    Variable("postal_address", _("The organisation's postal address"), "", "organisation"),
)
_MESSAGE = (
    Variable("unsubscribe_url", _("Link: unsubscribe"), "https://example.com/unsubscribe", "message"),
    Variable("preferences_url", _("Link: choose what I receive"), "https://example.com/preferences", "message"),
)
_PERSON = (
    Variable("first_name", _("First name"), "Ana", "person"),
    Variable("name", _("Whole name"), "Ana Prado", "person"),
    Variable("city", pgettext_lazy("variable", "City"), "Belo Horizonte", "person"),
    Variable("country", _("Country, as two letters"), "BR", "person"),
    Variable("language", _("Language"), "pt-br", "person"),
)
FIXED = {variable.name: variable for variable in (*_PERSON, *_ORGANISATION, *_MESSAGE)}
# Which column says whether a person lacks it.
_COLUMN = {"first_name": "name", "name": "name", "city": "place", "country": "country", "language": "language"}


def name_of(slug: str) -> str:
    """Return the variable's name for an attribute: Liquid has no hyphens in names."""
    return slug.replace("-", "_")


def registry() -> dict[str, Variable]:
    """Return every variable by name: the fixed ones and an attribute each. Sensitive attributes are none. One query."""
    declared = AttributeDefinition.objects.filter(sensitive=False)
    attributes = [_of_attribute(definition) for definition in declared]
    return {variable.name: variable for variable in attributes} | FIXED


def _of_attribute(definition: AttributeDefinition) -> Variable:
    samples: dict[str, Any] = {"number": 3, "boolean": True, "date": date(2026, 9, 22)}
    choices = tuple(str(choice) for choice in definition.choices)
    sample = samples.get(definition.type, choices[0] if choices else definition.label)
    return Variable(name_of(definition.slug), lazystr(str(definition)), sample, "attribute", choices)


def organisation_values() -> dict[str, str]:
    """Return what is the same in every message."""
    return {
        "organisation": current_organization().display_name,
        "postal_address": current_organization().postal_address,
    }


def values_of(profiles: Iterable[Profile]) -> dict[UUID, dict[str, Any]]:
    """Return what is known of each profile, by its key; what is not known is left out. One query for all of them."""
    types = {
        definition.slug: definition.type
        for definition in AttributeDefinition.objects.filter(sensitive=False)
        if name_of(definition.slug) not in FIXED
    }
    return {profile.pk: _values(profile, types) for profile in profiles}


def _values(profile: Profile, types: Mapping[str, str]) -> dict[str, Any]:
    name = " ".join(profile.name.split())
    known: dict[str, Any] = {
        "first_name": name.partition(" ")[0],
        "name": name,
        "city": profile.place,
        "country": profile.country,
        "language": profile.language,
    }
    for slug, value in (profile.attributes or {}).items():
        if slug in types:
            known[name_of(slug)] = _typed(value, types[slug])
    return {name: value for name, value in known.items() if value not in (None, "")}


def _typed(value: Any, kind: str) -> Any:
    """A date as such; everything else as it is kept. What is no date is as good as missing."""
    if kind != "date":
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def lacking_sql(names: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return, for each variable, the condition under which a row ``profile`` lacks it, and the conditions' parameters.

    Names that no profile can lack are left out. One query.
    """
    slugs = {name_of(slug): slug for slug in AttributeDefinition.objects.values_list("slug", flat=True)}
    conditions, parameters = dict[str, str](), dict[str, str]()
    for name in names:
        if name in _COLUMN:
            conditions[name] = f"coalesce(profile.{_COLUMN[name]}, '') = ''"
        elif name in slugs and name not in FIXED:
            place = f"lacking{len(parameters)}"
            conditions[name], parameters[place] = f"coalesce(profile.attributes ->> %({place})s, '') = ''", slugs[name]
    return conditions, parameters


def how_many_lack(names: Iterable[str]) -> dict[str, int]:
    """Return, for each variable, how many profiles lack it. One pass over the profiles."""
    slugs = {name_of(slug): slug for slug in AttributeDefinition.objects.values_list("slug", flat=True)}
    wanted: dict[str, Q] = {}
    for name in names:
        if name in _COLUMN:
            wanted[name] = Q(**{_COLUMN[name]: ""})
        elif name in slugs and name not in FIXED:
            wanted[name] = ~Q(attributes__has_key=slugs[name]) | Q(attributes__contains={slugs[name]: ""})
    if not wanted:
        return {}
    counts = {f"lack_{name}": Count("pk", filter=condition) for name, condition in wanted.items()}
    found = Profile.objects.canonical().aggregate(**counts)
    return {name: found[f"lack_{name}"] for name in wanted}
