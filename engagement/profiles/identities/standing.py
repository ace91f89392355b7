"""A person's addresses with their history: what is open, what was closed, and who had or has the same one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from engagement.profiles.identities.masking import masked
from engagement.profiles.models import Identity
from engagement.statements import rows, select

_THEIRS = """
WHERE profiles_identity.profile_id = ANY(%(family)s::uuid[])
ORDER BY valid_to IS NOT NULL, preferred DESC, valid_to DESC, key
"""
# Who had what is open here, and who has now what is closed here: by the address, and by what its spellings share.
_OTHERS = """
SELECT mine.key, person.key, person.name, other.valid_to, other.closed_reason
FROM profiles_identity mine JOIN profiles_identity other ON other.address_norm = mine.address_norm
    AND other.kind = mine.kind AND other.scope = mine.scope AND other.valid_to IS NOT NULL
JOIN profiles_profile person ON person.key = other.profile_id
WHERE mine.profile_id = ANY(%(family)s::uuid[]) AND mine.valid_to IS NULL
    AND other.profile_id <> ALL(%(family)s::uuid[])
UNION
SELECT mine.key, person.key, person.name, other.valid_to, other.closed_reason
FROM profiles_identity mine JOIN profiles_identity other ON other.alias = mine.alias
    AND other.alias <> '' AND other.valid_to IS NOT NULL
JOIN profiles_profile person ON person.key = other.profile_id
WHERE mine.profile_id = ANY(%(family)s::uuid[]) AND mine.valid_to IS NULL AND mine.alias <> ''
    AND other.profile_id <> ALL(%(family)s::uuid[])
UNION
SELECT mine.key, person.key, person.name, NULL, ''
FROM profiles_identity mine JOIN profiles_identity other ON other.address_norm = mine.address_norm
    AND other.kind = mine.kind AND other.scope = mine.scope AND other.valid_to IS NULL
JOIN profiles_profile person ON person.key = other.profile_id
WHERE mine.profile_id = ANY(%(family)s::uuid[]) AND mine.valid_to IS NOT NULL
    AND other.profile_id <> ALL(%(family)s::uuid[])
UNION
SELECT mine.key, person.key, person.name, NULL, ''
FROM profiles_identity mine JOIN profiles_identity other ON other.alias = mine.alias AND other.leads
    AND other.valid_to IS NULL
JOIN profiles_profile person ON person.key = other.profile_id
WHERE mine.profile_id = ANY(%(family)s::uuid[]) AND mine.valid_to IS NOT NULL AND mine.alias <> ''
    AND other.profile_id <> ALL(%(family)s::uuid[])
ORDER BY 4 DESC
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody else who had the address until a day, or has it now (``until`` is None)."""

    profile_id: UUID
    name: str
    until: datetime | None
    reason: str

    @property
    def why(self) -> str:
        """Why it was closed there, in words."""
        return str(Identity.Closed(self.reason).label) if self.reason else ""


@dataclass(frozen=True, slots=True)
class Known:
    """One address, and who else had or has it. ``shown`` is masked for who may not read it."""

    identity: Identity
    shown: str
    others: Sequence[Holder] = field(default=())

    @property
    def is_open(self) -> bool:
        """They are reached by it."""
        return self.identity.valid_to is None


def known_of(family: Sequence[UUID], *, may_read: bool = True, may_read_closed: bool = True) -> list[Known]:
    """Return the addresses of a person: the open ones first, of these the preferred; then the closed, the latest
    first. Two queries.
    """
    values = {"family": list(family)}
    others: dict[UUID, list[Holder]] = {}
    for key, *holder in rows(_OTHERS, values):
        others.setdefault(key, []).append(Holder(*holder))
    found = []
    for one in select(Identity, _THEIRS, values):
        is_readable = may_read if one.valid_to is None else may_read and may_read_closed
        found.append(Known(one, one.address if is_readable else masked(one.address), others.get(one.pk, ())))
    return found
