"""Who is exported, and what of them."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import F, Q, QuerySet, Value

from engagement.profiles.models import Identity, Plain, Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Whoever fits all that is said. ``search``: part of a name or of an address; accents and case do not count.

    ``sensitive``: sensitive attributes too; ``consents``: what they agreed to.
    """

    search: str = ""
    tag: str = ""
    lifecycle: str = ""
    country: str = ""
    sensitive: bool = False
    consents: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return what was chosen, as the audit trail keeps it."""
        return {name: value for name, value in asdict(self).items() if value}

    def people(self) -> QuerySet[Profile]:
        """Return the people, in no order."""
        found = Profile.objects.canonical()
        if self.search:
            wanted = Plain(Value(self.search.replace("\x00", "")[:200]))
            names = Profile.objects.annotate(plain=Plain(F("name"))).filter(plain__contains=wanted)
            addresses = Identity.objects.annotate(plain=Plain(F("address_norm"))).filter(plain__contains=wanted)
            keys = names.values("pk").union(addresses.filter(valid_to=None).values("profile_id"))
            found = found.filter(pk__in=keys)
        said = {"tags__contains": [self.tag] if self.tag else None, "lifecycle": self.lifecycle}
        said |= {"country": self.country.upper()}
        return found.filter(Q(**{name: value for name, value in said.items() if value}))
