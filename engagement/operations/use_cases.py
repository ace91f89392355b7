"""The catalog of the method: capabilities, and what each department does with them. Read once for each process."""

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path

from engagement.village.models.people import in_language

_CATALOG = Path(__file__).with_name("use_cases.toml")


@dataclass(frozen=True, slots=True)
class CapabilityGroup:
    """Something that the organization can do. ``checks`` of the operating model say how well it does."""

    code: str
    name: str
    name_pt: str
    checks: tuple[str, ...] = ()

    def __str__(self) -> str:
        return in_language(self.name, self.name_pt)


@dataclass(frozen=True, slots=True)
class UseCase:
    """What one department does with a capability.

    ``measure``: adopted when the department did it within thirty days; ``check``: when that check passes; without
    both it is marked by hand.
    """

    code: str
    department: str
    capability: str
    name: str
    name_pt: str
    measure: str = ""
    check: str = ""

    def __str__(self) -> str:
        return in_language(self.name, self.name_pt)

    @property
    def is_measured(self) -> bool:
        return bool(self.measure or self.check)


@dataclass(frozen=True, slots=True)
class Catalog:
    """All capabilities and use cases, in the order of the file."""

    capabilities: tuple[CapabilityGroup, ...]
    use_cases: tuple[UseCase, ...]

    def capability(self, code: str) -> CapabilityGroup | None:
        """Return a capability by its code."""
        return next((one for one in self.capabilities if one.code == code), None)

    def use_case(self, code: str) -> UseCase | None:
        """Return a use case by its code."""
        return next((one for one in self.use_cases if one.code == code), None)


@functools.cache
def catalog() -> Catalog:
    """Return the catalog."""
    read = tomllib.loads(_CATALOG.read_text(encoding="utf-8"))
    capabilities = (CapabilityGroup(**{**given, "checks": tuple(given["checks"])}) for given in read["capabilities"])
    return Catalog(tuple(capabilities), tuple(UseCase(**given) for given in read["use_cases"]))
