"""What a text looks like for one person: a customer, or one of our samples."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from content.rendering import Compiled, Rendered, RenderFailed
from content.samples import BY_KEY, SAMPLES, values_of_sample
from content.variables import Variable, organisation_values, registry, values_of
from engagement.profiles.models import Profile
from engagement.village.models import User

OFFERED = 8  # customers offered beside the samples


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody to try a text on."""

    key: str
    name: str
    values: Mapping[str, Any]


def may_see_people(user: User) -> bool:
    """Say whether a text may be tried on customers for this person."""
    return user.has_perm("profiles.view_profile")


def reader_of(user: User, key: str) -> Reader:
    """Return the sample or customer of a key; whoever may not see customers, or asks for nobody, gets the first sample.

    At most three queries.
    """
    known = registry()
    profile = _profile(user, key)
    if profile is not None:
        values = {**organisation_values(), **_links(known), **values_of([profile])[profile.pk]}
        return Reader(str(profile.pk), profile.name or _("Nameless"), values)
    sample = BY_KEY.get(key, SAMPLES[0])
    return Reader(sample.key, str(sample.label), values_of_sample(sample, known))


def offered_to(user: User) -> list[tuple[str, str]]:
    """Return key and name of everybody on whom this person may try a text. At most one query."""
    samples = [(sample.key, str(sample.label)) for sample in SAMPLES]
    if not may_see_people(user):
        return samples
    newest = Profile.objects.canonical().exclude(name="").order_by("-key")[:OFFERED]
    return samples + [(str(profile.pk), profile.name) for profile in newest]


def _profile(user: User, key: str) -> Profile | None:
    try:
        pk = UUID(key)
    except ValueError:
        return None
    return Profile.objects.canonical().filter(pk=pk).first() if may_see_people(user) else None


def _links(known: Mapping[str, Variable]) -> dict[str, Any]:
    return {name: variable.sample for name, variable in known.items() if variable.group == "message"}


def without_default(compiled: Compiled, locale: str, known: Mapping[str, Variable]) -> list[str]:
    """Return the personal variables without which this language cannot be made: those that need something instead."""
    everything = values_of_sample(SAMPLES[0], known)
    personal = [name for name in sorted(compiled.variables) if name in known and known[name].is_personal]
    return [name for name in personal if _fails_without(compiled, locale, name, everything)]


def _fails_without(compiled: Compiled, locale: str, name: str, everything: Mapping[str, Any]) -> bool:
    values = {key: value for key, value in everything.items() if key != name}
    try:
        compiled.render(locale=locale, values=values)
    except RenderFailed as failed:
        return failed.variable == name
    return False


def rendered_for(compiled: Compiled, locale: str, reader: Reader) -> Rendered:
    """Return the text as this reader gets it. Raises RenderFailed."""
    return compiled.render(locale=locale, values=reader.values)
