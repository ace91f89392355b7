"""Find people by whatever is known of them: whole addresses first, then names, then what is like them.

Each step looks into an index and stops after so many; what costs more is asked only while there is room.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engagement.domain_names import readable_address
from engagement.profiles.search import found as ranks
from engagement.profiles.search import nearly, statements, together
from engagement.profiles.search.asked import Query, query_of
from engagement.profiles.search.found import Hit, Hits, Why, with_profiles
from engagement.profiles.search.marks import excerpt, marked, marked_digits
from engagement.profiles.search.sources import Said, Source, sources_for
from engagement.profiles.search.spelling import allowed, nearest
from engagement.profiles.search.statements import Address
from engagement.profiles.wording import plain
from engagement.village.models import User

MOST = 50
_FEW = 10  # so few names were found that misspelt ones are looked for too
_STANDINGS = 40  # words that the beginning of one may stand for
_COMPANIES = 10
_FEWEST_WITHIN = 4  # digits that end or begin a number; within one it takes more


@dataclass(frozen=True, slots=True)
class Found:
    """People, the best first; ``cut``: there may be more than are shown."""

    hits: list[Hit]
    cut: bool


def find(text: str, *, reader: User, most: int = MOST, said: bool = True) -> Found:
    """Return who is found by a text: a name, part of one or a misspelt one, any address or part of it, a company, a
    tag; with ``said`` also by what was said, where the reader may read it. Merged people are found once.

    At most thirty short queries, however many people there are.
    """
    query = query_of(text)
    if query is None:
        return Found([], cut=False)
    hits = Hits(most)
    _addresses(hits, statements.whole(query.norms, query.aliases, most), ranks.EXACT_ADDRESS, query.plain, query.digits)
    for step in _steps_of(query):
        if hits.is_full:
            break
        step(hits, query)
    if said and query.is_words and not hits.is_full:
        _said(hits, query, reader)
    shown = with_profiles(hits.best_first())
    for hit in shown:
        hit.name = marked(hit.profile.name if hit.profile else "", hit.needles)
    return Found(shown, cut=hits.cut or hits.is_full)


def _steps_of(query: Query) -> Sequence[Callable[[Hits, Query], None]]:
    if query.is_tag:
        return (_tagged, nearly.tag)
    if query.is_number:
        return (_number,)
    if query.is_handle:
        return (_handle, _domain_in_ascii, nearly.handle)
    if query.is_address:
        return (_part_of_address, _domain_in_ascii, nearly.address, _misspelt)
    exact = (
        _called,
        _having_words,
        _beginning_words,
        together.each_word,
        _tagged,
        _word_in_address,
        _domain_in_ascii,
        _working_at,
    )
    return (*exact, _misspelt, _each_nearly, nearly.company, nearly.tag, nearly.handle)


def _number(hits: Hits, query: Query) -> None:
    """Part of a number: its last digits, its first, or any; as typed, or without the zero that is dialled before."""
    for digits in dict.fromkeys([query.digits, query.digits.lstrip("0") or query.digits]):
        steps = [(statements.ends, digits), (statements.begins, f"+{digits}"), (statements.begins, digits)]
        if len(digits) > _FEWEST_WITHIN:
            steps.append((statements.holds, digits))
        for step, part in steps:
            if not hits.is_full:
                _addresses(hits, step(part, hits.most), ranks.PART_OF_NUMBER, "", digits)


def _handle(hits: Hits, query: Query) -> None:
    """A handle that begins so, or a domain."""
    part = query.plain.lstrip("@")
    _addresses(hits, statements.begins(part, hits.most, handle=True), ranks.ADDRESS_BEGINS, part)
    if "." in part and not hits.is_full:
        _addresses(hits, statements.ends(f"@{part}", hits.most), ranks.ADDRESS_BEGINS, part)
    if len(part) > 3 and not hits.is_full:
        _addresses(hits, statements.holds(part, hits.most), ranks.ADDRESS_HOLDS, part)


def _part_of_address(hits: Hits, query: Query) -> None:
    """Part of an address with an @ in it."""
    _addresses(hits, statements.begins(query.plain, hits.most), ranks.ADDRESS_BEGINS, query.plain)
    if not hits.is_full:
        _addresses(hits, statements.ends(query.plain, hits.most), ranks.ADDRESS_BEGINS, query.plain)
    if not len(hits):
        _addresses(hits, statements.holds(query.plain, hits.most), ranks.ADDRESS_HOLDS, query.plain)


def _word_in_address(hits: Hits, query: Query) -> None:
    """One word that begins an address, or stands in one."""
    if " " in query.plain or len(query.plain) < 3:
        return
    _addresses(hits, statements.begins(query.plain, hits.most), ranks.ADDRESS_BEGINS, query.plain)
    if len(query.plain) > 3 and not hits.is_full:
        _addresses(hits, statements.holds(query.plain, hits.most), ranks.ADDRESS_HOLDS, query.plain)


def _domain_in_ascii(hits: Hits, query: Query) -> None:
    """A domain in letters: addresses are compared by its A-labels."""
    if query.ascii_domain and not hits.is_full:
        _addresses(hits, statements.holds(query.ascii_domain, hits.most), ranks.ADDRESS_HOLDS, query.plain)


def _called(hits: Hits, query: Query) -> None:
    """Who is called so, and whose name begins so."""
    for person in statements.called(query.plain, hits.most):
        hits.add(person.canonical, ranks.CALLED, needles=[query.plain])
    if not hits.is_full:
        for person in statements.beginning(query.plain, hits.most):
            hits.add(person.canonical, ranks.NAME_BEGINS, needles=[query.plain])


def _having_words(hits: Hits, query: Query) -> None:
    """Whose name has all the words, in whatever order."""
    if query.words:
        for person in statements.found_by([[word] for word in query.words], hits.most):
            hits.add(person.canonical, ranks.HAS_WORDS, needles=query.words)


def _beginning_words(hits: Hits, query: Query) -> None:
    """The last word is still being typed, or is only a part of one."""
    if not query.words or len(query.words[-1]) < 2:
        return
    *head, last = query.words
    standing = statements.words_with(last, _STANDINGS)
    if standing:
        for person in statements.found_by([*[[word] for word in head], standing], hits.most):
            hits.add(person.canonical, ranks.HAS_WORDS, needles=query.words)


def _misspelt(hits: Hits, query: Query) -> None:
    """Words that nobody is called by stand for those from which they are a slip or two away."""
    words = query.words
    if query.is_address:  # the domain says nothing of the name
        words = tuple(word for word in words if word in re.split(r"[^\w]|_", query.plain.partition("@")[0]))
    if not words or len(hits) >= (1 if query.is_address else _FEW):
        return
    groups = [_meanings(word) for word in words]
    if not groups[-1] and len(words[-1]) > 1:  # it is still being typed
        groups[-1] = statements.words_with(words[-1], _STANDINGS)
    if all(groups) and groups != [[word] for word in words]:
        needles = [word for group in groups for word in group]
        for person in sorted(statements.found_by(groups, hits.most), key=lambda one: _far(one.name, groups)):
            hits.add(person.canonical, ranks.MISSPELT, needles=needles)


def _each_nearly(hits: Hits, query: Query) -> None:
    together.each_nearly(hits, query, _meanings)


def _meanings(word: str) -> list[str]:
    if not allowed(word):
        return [word]
    return nearest(word, [*statements.words_like(word, _STANDINGS), *statements.known([word])], 8)


def _far(name: str, groups: Sequence[Sequence[str]]) -> int:
    """How far the words of a name are from what was typed: the place of each among its meanings."""
    said = set(re.split(r"\W+", plain(name)))
    return sum(next((place for place, word in enumerate(group) if word in said), len(group)) for group in groups)


def _tagged(hits: Hits, query: Query) -> None:
    """Who has this tag."""
    tag = query.plain.lstrip("#").strip()
    if tag:
        why = Why("tag", [(tag, True)], icon="tag")
        for person in statements.found_by([[f"#{tag}"]], hits.most):
            hits.add(person.canonical, ranks.TAGGED, why)


def _working_at(hits: Hits, query: Query) -> None:
    """Who works at a company that is called so."""
    if len(query.plain) < 3:
        return
    names = dict(statements.companies(query.plain, _COMPANIES))
    for profile_id, company_id in statements.who_work_at(list(names), hits.most):
        why = Why("company", marked(names[company_id], query.words), icon="building-2")
        hits.add(profile_id, ranks.WORKS_AT, why)


def _said(hits: Hits, query: Query, reader: User) -> None:
    """Who said it, or was told it."""
    places = [(source, one) for source in sources_for(reader) for one in source.find(query.text, reader, hits.most)]
    heads = statements.heads([one.profile_id for _source, one in places])
    for source, one in places:
        if one.profile_id in heads:
            hits.add(heads[one.profile_id], ranks.SAID, _why_said(source, one, query))


def _why_said(source: Source, one: Said, query: Query) -> Why:
    return Why(source.name, excerpt(one.text, query.words), icon=source.icon, label=source.label, url=one.url)


def _addresses(hits: Hits, rows: Sequence[Address], rank: int, plain: str, digits: str = "") -> None:
    for row in sorted(rows, key=lambda row: not row.is_open):
        shown = readable_address(row.address)
        parts = marked_digits(shown, digits) if digits else marked(shown, [plain])
        if not any(is_marked for _part, is_marked in parts):
            parts = [(shown, True)]
        hits.add(row.canonical, rank, Why("address", parts, icon=row.kind, label="" if row.is_open else "closed"))
