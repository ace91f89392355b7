"""The statements of the search. Each looks into an index and stops after ``most`` rows, however many there are.

Their values are written into the text, not prepared: how common a word is decides how it is looked for.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

LAST = "\U0010ffff"  # sorts after every letter: what begins with x lies between "x" and "x" with this behind it


class Person(NamedTuple):
    """A profile that was found, the one that is read for it, and its name."""

    canonical: UUID
    name: str


class Address(NamedTuple):
    """An address that was found, and whose it is."""

    canonical: UUID
    kind: str
    address: str
    norm: str
    is_open: bool


_PEOPLE = "SELECT coalesce(canonical_id, key), name FROM profiles_profile WHERE {condition} LIMIT %(most)s"
ADDRESSES = """
SELECT coalesce(owner.canonical_id, owner.key), found.kind, found.address, found.address_norm, found.valid_to IS NULL
FROM (SELECT profile_id, kind, address, address_norm, valid_to FROM profiles_identity
      WHERE {condition} LIMIT %(most)s) found
JOIN profiles_profile owner ON owner.key = found.profile_id
"""
_CALLED = _PEOPLE.format(condition="profiles_plain(name) = %(plain)s")
_BEGINNING = _PEOPLE.format(condition="profiles_plain(name) ~>=~ %(plain)s AND profiles_plain(name) ~<~ %(end)s")
_FOUND_BY = "profiles_found_by(name, tags::text[])"
_WHOLE = ADDRESSES.format(condition="address_norm = ANY(%(norms)s)")
_ALIAS = ADDRESSES.format(condition="alias = ANY(%(aliases)s) AND leads AND valid_to IS NULL")
_BEGINS = ADDRESSES.format(condition="address_norm ~>=~ %(part)s AND address_norm ~<~ %(end)s")
_HANDLE = ADDRESSES.format(condition="address_norm ~>=~ %(part)s AND address_norm ~<~ %(end)s AND kind = 'handle'")
_ENDS = ADDRESSES.format(condition="reverse(address_norm) ~>=~ %(part)s AND reverse(address_norm) ~<~ %(end)s")
_HOLDS = ADDRESSES.format(condition="profiles_plain(address_norm) LIKE %(part)s")


def called(plain: str, most: int) -> list[Person]:
    """Whose whole name it is."""
    return [Person(*row) for row in ask(_CALLED, plain=plain, most=most)]


def beginning(plain: str, most: int) -> list[Person]:
    """Whose name begins so."""
    return [Person(*row) for row in ask(_BEGINNING, plain=plain, end=plain + LAST, most=most)]


def found_by(groups: Sequence[Sequence[str]], most: int) -> list[Person]:
    """In whose name or tags one word of each group stands. A tag is written with a # before it."""
    single = [group[0] for group in groups if len(group) == 1]
    several = [list(group) for group in groups if len(group) != 1]
    conditions = [f"{_FOUND_BY} @> %(single)s::text[]"] if single else []
    conditions += [f"{_FOUND_BY} && %(any{number})s::text[]" for number in range(len(several))]
    values = {f"any{number}": group for number, group in enumerate(several)}
    statement = _PEOPLE.format(condition=" AND ".join(conditions))
    return [Person(*row) for row in ask(statement, single=single, most=most, **values)]


def whole(norms: Sequence[str], aliases: Sequence[str], most: int) -> list[Address]:
    """The addresses that it is, however they are spelt."""
    found = ask(_WHOLE, norms=list(norms), most=most)
    found += ask(_ALIAS, aliases=list(aliases), most=most) if aliases else []
    return [Address(*row) for row in found]


def begins(part: str, most: int, *, handle: bool = False) -> list[Address]:
    """The addresses that begin so."""
    return [Address(*row) for row in ask(_HANDLE if handle else _BEGINS, part=part, end=part + LAST, most=most)]


def ends(part: str, most: int) -> list[Address]:
    """The addresses that end so."""
    back = part[::-1]
    return [Address(*row) for row in ask(_ENDS, part=back, end=back + LAST, most=most)]


def holds(part: str, most: int) -> list[Address]:
    """The addresses in which it stands anywhere: for what is not very common."""
    return [Address(*row) for row in ask(_HOLDS, part=f"%{escaped(part)}%", most=most)]


_WORDS = "SELECT DISTINCT word FROM (SELECT word FROM profiles_nameword WHERE {condition} LIMIT %(most)s) found"
_KNOWN = _WORDS.format(condition="word = ANY(%(words)s)")
_WORDS_BEGIN = _WORDS.format(condition="word ~>=~ %(part)s AND word ~<~ %(end)s")
_WORDS_HOLD = _WORDS.format(condition="word LIKE %(part)s AND word NOT LIKE '#%%'")
_SLIPPED = _WORDS.format(condition="profiles_slips(word) && profiles_slips(%(word)s) AND word NOT LIKE '#%%'")
_ALIKE = """
SELECT DISTINCT word FROM (
    SELECT word FROM profiles_nameword WHERE word %% %(word)s AND word NOT LIKE '#%%'
    ORDER BY similarity(word, %(word)s) DESC LIMIT %(most)s
) found
"""


def known(words: Sequence[str]) -> set[str]:
    """Those of the words that somebody is called by."""
    return {row[0] for row in ask(_KNOWN, words=list(words), most=4 * len(words))}


def words_with(part: str, most: int) -> list[str]:
    """Words of names that begin with a part, or else hold it."""
    found = [row[0] for row in ask(_WORDS_BEGIN, part=part, end=part + LAST, most=most)]
    if not found and len(part) >= 3:
        found = [row[0] for row in ask(_WORDS_HOLD, part=f"%{escaped(part)}%", most=most)]
    return found


def words_like(word: str, most: int) -> list[str]:
    """Words of names from which a word is a few slips away; not yet compared."""
    found = [row[0] for row in ask(_SLIPPED, word=word, most=most)]
    if len(word) >= 8:
        found += [row[0] for row in ask(_ALIKE, word=word, most=most)]
    return found


_COMPANIES = """
SELECT key, name FROM profiles_company WHERE profiles_plain(name) LIKE %(part)s
ORDER BY profiles_plain(name) ~>=~ %(plain)s DESC, name LIMIT %(most)s
"""
_WORK = """
SELECT coalesce(one.canonical_id, one.key), work.company_id FROM (
    SELECT profile_id, company_id FROM profiles_employment
    WHERE company_id = ANY(%(companies)s::uuid[]) AND until IS NULL LIMIT %(most)s
) work JOIN profiles_profile one ON one.key = work.profile_id
"""


def companies(plain: str, most: int) -> list[tuple[UUID, str]]:
    """Companies in whose name it stands."""
    return [(row[0], row[1]) for row in ask(_COMPANIES, part=f"%{escaped(plain)}%", plain=plain, most=most)]


def who_work_at(keys: Sequence[UUID], most: int) -> list[tuple[UUID, UUID]]:
    """Who works at these companies, and at which."""
    return [(row[0], row[1]) for row in ask(_WORK, companies=list(keys), most=most)] if keys else []


_HEADS = "SELECT key, coalesce(canonical_id, key) FROM profiles_profile WHERE key = ANY(%(profiles)s::uuid[])"


def heads(profiles: Sequence[UUID]) -> dict[UUID, UUID]:
    """The profile that is read for each of these."""
    return dict(ask(_HEADS, profiles=list(profiles))) if profiles else {}  # type: ignore[arg-type]


def escaped(part: str) -> str:
    """Return a part of a text as a pattern writes it."""
    return part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def ask(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Send a statement with its values written into it; return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
