"""Statements for what is a slip of the finger away from what was typed. Each looks into an index and stops early.

A slip lies in one place, so that what stands before and behind it is as it was typed. An address is therefore looked
for with a gap in it, which moves over the text: its beginning and its end are known, and both are indexed.
"""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from engagement.profiles.search.statements import ADDRESSES, LAST, Address, ask, escaped

_MOST = 200  # addresses that are measured
_FEWEST = 3  # letters that must be known, or too many addresses are like it
_GAP = "(address_norm ~>=~ %(part{n})s AND address_norm ~<~ %(end{n})s AND {back})"
_BACK = "reverse(address_norm) ~>=~ %(back{n})s AND reverse(address_norm) ~<~ %(start{n})s"
_NEAR = "kind = %(kind)s AND length(address_norm) BETWEEN %(shortest)s AND %(longest)s AND ({gaps})"


def addresses_near(kind: str, local: str, rest: str, *, few: bool) -> list[Address]:
    """Return addresses of a kind that end with ``rest`` and begin nearly like ``local``; not yet compared.

    ``few``: not many end with it, so that little needs to be known of ``local``.
    """
    values: dict[str, object] = {}
    gaps = []
    for number, (before, behind) in enumerate(_around(local)):
        if len(before) + len(behind) < (1 if few else _FEWEST):
            continue
        back = (behind + rest)[::-1]
        gaps.append(_GAP.format(n=number, back=_BACK.format(n=number) if back else "true"))
        values |= {f"part{number}": before, f"end{number}": before + LAST}
        values |= {f"back{number}": back, f"start{number}": back + LAST}
    if not gaps:
        return []
    size = len(local) + len(rest)
    values |= {"kind": kind, "shortest": size - 2, "longest": size + 2, "most": _MOST}
    statement = ADDRESSES.format(condition=_NEAR.format(gaps=" OR ".join(gaps)))
    return [Address(*row) for row in ask(statement, **values)]


def _around(text: str) -> Iterator[tuple[str, str]]:
    """What stands before and behind each of a few gaps; one of them is around every pair of neighbours."""
    width = max(3, -(-len(text) // 4) + 1)
    for begin in range(0, max(1, len(text) - 1), width - 1):
        yield text[:begin], text[begin + width :]


_TAGS = "SELECT DISTINCT word FROM profiles_nameword WHERE {condition} LIMIT %(most)s"
_TAGS_NEAR = _TAGS.format(condition="profiles_slips(word) && profiles_slips(%(tag)s) AND word LIKE '#%%'")


def tags_near(tag: str, most: int) -> list[str]:
    """Tags, each with its #, from which one is a few slips away; not yet compared."""
    return [row[0] for row in ask(_TAGS_NEAR, tag=f"#{tag}", most=most)]


# Of very many companies that share a word only some are looked at; those that share two neighbours come first.
_ONE = "(SELECT key, name FROM profiles_company WHERE {condition} LIMIT %(most)s)"
_HAS_SLIP = "profiles_slips_of(name) && profiles_slips(%(word{at})s)"
_ALIKE = """
SELECT key, name FROM profiles_company WHERE %(plain)s <%% profiles_plain(name)
ORDER BY word_similarity(%(plain)s, profiles_plain(name)) DESC, name LIMIT %(most)s
"""


def companies_with_any(words: Sequence[str], begun: str, most: int) -> list[tuple[UUID, str]]:
    """Companies in whose name some of the words stand, or that which is only begun."""
    values: dict[str, object] = {f"both{at}": list(words[at : at + 2]) for at in range(len(words) - 1)}
    values |= {f"only{at}": [word] for at, word in enumerate(words)}
    conditions = [f"profiles_slips_of(name) @> %({name})s::text[]" for name in values]
    if len(begun) >= 3:
        conditions.append("profiles_plain(name) LIKE %(begun)s")
        values["begun"] = f"%{escaped(begun)}%"
    return _companies(conditions, most, values)


def companies_with_any_nearly(words: Sequence[str], most: int) -> list[tuple[UUID, str]]:
    """Companies in whose name something like one of the words stands; some for each word, not yet compared."""
    values = {f"word{at}": word for at, word in enumerate(words)}
    return _companies([_HAS_SLIP.format(at=at) for at in range(len(words))], most // len(words), values)


def companies_near(words: Sequence[str], plain: str, most: int) -> list[tuple[UUID, str]]:
    """Companies in whose name something like each of the words stands; not yet compared."""
    values = {f"word{at}": word for at, word in enumerate(words)}
    each = " AND ".join(_HAS_SLIP.format(at=at) for at in range(len(words)))
    found = _companies([each], most, values) if words else []
    if not found and len(plain) >= 5:
        found = [(row[0], row[1]) for row in ask(_ALIKE, plain=plain, most=most)]
    return found


def _companies(conditions: Sequence[str], most: int, values: Mapping[str, object]) -> list[tuple[UUID, str]]:
    statement = " UNION ALL ".join(_ONE.format(condition=condition) for condition in conditions)
    return list({row[0]: row[1] for row in ask(statement, most=most, **values)}.items())


# Whoever works there and is called or tagged so; a profile that was merged is read by the name of the one that stands.
_WORKERS = """
(SELECT coalesce(one.canonical_id, one.key), work.company_id, one.name FROM profiles_employment work
 JOIN profiles_profile one ON one.key = work.profile_id
 WHERE work.company_id = ANY(%(companies)s::uuid[]) AND work.until IS NULL AND {one} LIMIT %(most)s)
UNION ALL
(SELECT head.key, work.company_id, head.name FROM profiles_employment work
 JOIN profiles_profile one ON one.key = work.profile_id AND one.canonical_id IS NOT NULL
 JOIN profiles_profile head ON head.key = one.canonical_id
 WHERE work.company_id = ANY(%(companies)s::uuid[]) AND work.until IS NULL AND {head} LIMIT %(most)s)
"""
_HAS = "profiles_found_by({{table}}.name, {{table}}.tags::text[]) && %(any{at})s::text[]"


def workers_with(companies: Sequence[UUID], groups: Sequence[Sequence[str]], most: int) -> list[tuple[UUID, UUID, str]]:
    """Who works at one of these companies and has one word of each group in name or tags; where, and their name."""
    has = " AND ".join(_HAS.format(at=at) for at in range(len(groups)))
    statement = _WORKERS.format(one=has.format(table="one"), head=has.format(table="head"))
    values = {f"any{at}": list(group) for at, group in enumerate(groups)}
    return [(row[0], row[1], row[2]) for row in ask(statement, companies=list(companies), most=most, **values)]
