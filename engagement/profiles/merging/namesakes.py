"""Who is called like somebody: by the rarest word of the name, or, where all of them are common, by a second key.

Which words are rare is asked once for a group of people. A name that thousands share tells nobody apart by itself (the
same name alone is never enough for a proposal), so of its bearers only those are compared who also share a place, a
company, a day such as a birth date, or the last digits of a number.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from engagement.profiles.merging.likeness import ALIKE, names_alike, words_of
from engagement.profiles.models import AttributeDefinition, Profile
from engagement.profiles.search.spelling import nearest
from engagement.profiles.wording import plain

NAMESAKES = 20  # the most alike that are compared with one person
_RARE = 200  # people who share a word
_MOST = 500  # people whose names are read for one person
_SPELLINGS = 6  # of one word
_LAST_DIGITS = 6

_COUNTED = """
SELECT said, (SELECT count(*) FROM (
    SELECT FROM profiles_profile WHERE profiles_found_by(name, tags::text[]) @> ARRAY[said] LIMIT %(most)s
) named) FROM unnest(%(words)s::text[]) AS said
"""
_SPELT = """
SELECT said, near.word FROM unnest(%(words)s::text[]) AS said CROSS JOIN LATERAL (
    SELECT word FROM profiles_nameword WHERE profiles_slips(word) && profiles_slips(said) AND word NOT LIKE '#%%'
    LIMIT 40
) near
"""
_CALLED = """
SELECT key, name FROM profiles_profile WHERE {has} AND canonical_id IS NULL AND erased_at IS NULL AND key <> %(key)s
LIMIT %(most)s
"""
_HAS = "profiles_found_by(name, tags::text[]) && %(any{at})s::text[]"
# A second key of a common name. What is looked into first is what fewer share: the planner decides.
_COLLEAGUES = """
key IN (SELECT theirs.profile_id FROM profiles_employment mine JOIN profiles_employment theirs USING (company_id)
        WHERE mine.profile_id = %(key)s)
"""
_NUMBERS = """
key IN (SELECT theirs.profile_id FROM profiles_identity mine
        JOIN profiles_identity theirs ON reverse(theirs.address_norm) ~>=~ left(reverse(mine.address_norm), %(digits)s)
        AND reverse(theirs.address_norm) ~<~ (left(reverse(mine.address_norm), %(digits)s) || ':')
        WHERE mine.profile_id = %(key)s AND mine.kind IN ('phone', 'whatsapp') AND mine.valid_to IS NULL)
"""
_PLACE = "place <> '' AND profiles_plain(place) = %(place)s"
_DAY = "attributes ->> %(slug{at})s = %(day{at})s"


@dataclass(frozen=True, slots=True)
class _Words:
    """How common the words of a group's names are, and how each may be spelt."""

    common: Collection[str]
    spellings: Mapping[str, Sequence[str]]


def namesakes_of(profiles: Collection[UUID]) -> Iterator[tuple[UUID, UUID]]:
    """Yield the pairs (one of ``profiles``, somebody called alike) that are worth comparing, at most 20 for each.

    Two queries for all of them, and one or two for each; none of them looks at more than some hundred rows by name
    alone.
    """
    people = [one for one in Profile.objects.filter(pk__in=profiles).order_by("key") if len(words_of(one.name)) > 1]
    known = _known({word for one in people for word in words_of(one.name) if len(word) > 1})
    days = list(AttributeDefinition.objects.filter(type="date").order_by("slug").values_list("slug", flat=True))
    for one in people:
        groups = _groups(one.name, known)
        few = len(groups) > 1 or any(word not in known.common for group in groups for word in group)
        found = _people(one, groups) if few else {}
        more: dict[UUID, str] = {}
        if groups and (len(found) >= _MOST or not 0 < len(_alike(one, found)) <= NAMESAKES):
            more = _people_with_more(one, groups, days if few else [], one.place if few else "")
        first = _alike(one, more)
        rest = [key for key in _alike(one, found) if key not in more]
        yield from ((one.pk, key) for key in [*first, *rest][:NAMESAKES])


def _alike(one: Profile, found: Mapping[UUID, str]) -> list[UUID]:
    """Those whose names are alike, the most alike first."""
    alike = {key: names_alike(one.name, name) for key, name in found.items()}
    return sorted((key for key in alike if alike[key] >= ALIKE), key=lambda key: (-alike[key], key))


def _known(words: Collection[str]) -> _Words:
    given = {"words": sorted(words), "most": _RARE + 1}
    if not words:
        return _Words(set(), {})
    common = {word for word, number in _ask(_COUNTED, given) if number > _RARE}
    near: dict[str, list[str]] = defaultdict(list)
    for said, word in _ask(_SPELT, given):
        near[said].append(word)
    return _Words(common, {word: nearest(word, [*near[word], word], _SPELLINGS) for word in words})


def _groups(name: str, known: _Words) -> list[list[str]]:
    """What must stand in a name that is like this one: one of its rare words, or else both its first and its last, each
    in any of its spellings.
    """
    words = list(dict.fromkeys(word for word in words_of(name) if len(word) > 1))
    rare = [word for word in words if word not in known.common]
    if rare:
        return [[each for word in rare for each in known.spellings[word]]]
    return [list(known.spellings[word]) for word in dict.fromkeys([*words[:1], *words[-1:]])]


def _people(one: Profile, groups: Sequence[Sequence[str]]) -> dict[UUID, str]:
    conditions, values = _having(groups)
    return dict(_ask(_CALLED.format(has=conditions), {**values, "key": one.pk, "most": _MOST}))


def _people_with_more(
    one: Profile, groups: Sequence[Sequence[str]], days: Sequence[str], place: str
) -> dict[UUID, str]:
    """Those of a common name who share something else too."""
    conditions, values = _having(groups)
    values |= {"key": one.pk, "most": _MOST, "digits": _LAST_DIGITS, "place": plain(place)}
    known = [(slug, str(one.attributes[slug])) for slug in days if one.attributes.get(slug)]
    keys = [_COLLEAGUES, _NUMBERS, *([_PLACE] if place else [])]
    keys += [_DAY.format(at=f"_{at}") for at in range(len(known))]
    values |= {f"slug_{at}": slug for at, (slug, _day) in enumerate(known)}
    values |= {f"day_{at}": day for at, (_slug, day) in enumerate(known)}
    statement = " UNION ".join(f"({_CALLED.format(has=f'{conditions} AND {key}')})" for key in keys)
    return dict(_ask(statement, values))


def _having(groups: Sequence[Sequence[str]]) -> tuple[str, dict[str, Any]]:
    conditions = " AND ".join(_HAS.format(at=at) for at in range(len(groups)))
    return conditions, {f"any{at}": list(group) for at, group in enumerate(groups)}


def _ask(statement: str, values: Mapping[str, Any]) -> list[Any]:
    with (
        connection.cursor() as cursor
    ):  # with its values in the text: how common a word is decides how it is looked for
        cursor.execute(statement, values)
        return list(cursor.fetchall())
