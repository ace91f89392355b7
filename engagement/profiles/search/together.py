"""People for whom each word of a query stands somewhere: in their name, among their tags, or at whom they work."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from uuid import UUID

from engagement.profiles.search import found as ranks
from engagement.profiles.search import near_statements, statements
from engagement.profiles.search.asked import Query
from engagement.profiles.search.found import Hits, Why
from engagement.profiles.search.marks import marked
from engagement.profiles.search.nearly import like, words_of

_COMPANIES = 60  # of which some of the words may be the name
_SPLITS = 4  # ways of sharing the words between a company and who works there
Meanings = Callable[[str], Sequence[str]]


def each_word(hits: Hits, query: Query) -> None:
    """Every word as it was typed; the last one may be only the beginning of a company's."""
    words = _weighty(query)
    if len(words) < 2:
        return
    for person in statements.found_by([_said(word) for word in words], hits.most):
        hits.add(person.canonical, ranks.EACH_WORD, needles=words)
        for tag in set(words) - set(words_of(person.name)):
            hits.add(person.canonical, ranks.EACH_WORD, Why("tag", [(tag, True)], icon="tag"))
    companies = near_statements.companies_with_any(words, words[-1], _COMPANIES)
    _shared(hits, words, companies, lambda _word, _said: False, lambda word: [word])


def each_nearly(hits: Hits, query: Query, meanings: Meanings) -> None:
    """Some of the words are misspelt: those of the name, or those of the company."""
    words = _weighty(query)
    if len(words) < 2 or hits.best_rank <= ranks.EACH_WORD:
        return
    companies = near_statements.companies_with_any_nearly(words, _COMPANIES)
    _shared(hits, words, companies, lambda word, said: bool(like([word], said)), meanings)


def _shared(
    hits: Hits,
    words: Sequence[str],
    companies: Sequence[tuple[UUID, str]],
    is_like: Callable[[str, Sequence[str]], bool],
    meanings: Meanings,
) -> None:
    """Whoever has, in name or tags, each of the words that are not their company's."""
    splits: dict[frozenset[str], dict[UUID, str]] = defaultdict(dict)
    for key, name in companies:
        said, typed = words_of(name), set(_typed(words, name))
        splits[frozenset(word for word in words if word in typed or is_like(word, said))][key] = name
    for theirs in sorted(filter(None, splits), key=len, reverse=True)[:_SPLITS]:
        rest = {word: list(meanings(word)) for word in words if word not in theirs}
        if rest and all(rest.values()) and not hits.is_full:
            _working(hits, words, theirs, splits[theirs], rest)


def _working(
    hits: Hits,
    words: Sequence[str],
    theirs: frozenset[str],
    companies: dict[UUID, str],
    rest: dict[str, list[str]],
) -> None:
    groups = [[each for word in group for each in _said(word)] for group in rest.values()]
    for key, company_id, person in near_statements.workers_with(list(companies), groups, hits.most):
        name, called = companies[company_id], words_of(person)
        nearly = not theirs <= set(_typed(words, name))
        right = all(word in called or group == [word] for word, group in rest.items())
        why = Why("company", marked(name, [*theirs, *like(theirs, words_of(name))]), icon="building-2", nearly=nearly)
        needles = [word for group in rest.values() for word in group if word in called]
        hits.add(key, ranks.EACH_WORD if right and not nearly else ranks.MISSPELT, why, needles)


def _typed(words: Sequence[str], name: str) -> list[str]:
    """Those of the words that stand in a company's name; of the last one the beginning is enough."""
    said = words_of(name)
    begun = {word for word in words[-1:] if any(each.startswith(word) for each in said)}
    return [word for word in words if word in said or word in begun]


def _weighty(query: Query) -> list[str]:
    """The words that say something: those of one or two letters only join others."""
    return [word for word in query.words if len(word) > 2]


def _said(word: str) -> list[str]:
    return [word, f"#{word}"]
