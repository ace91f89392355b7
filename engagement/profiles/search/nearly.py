"""Whoever is a slip of the finger away: a misspelt address, handle, tag or company.

Asked only where what was typed finds nobody, or few: who types an address right never waits for these.
"""

import re
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.conf import settings

from engagement.profiles.search import found as ranks
from engagement.profiles.search import near_statements, statements
from engagement.profiles.search.asked import Query
from engagement.profiles.search.found import Hits, Why
from engagement.profiles.search.marks import marked
from engagement.profiles.search.spelling import allowed, nearest, slips
from engagement.profiles.search.statements import Address
from engagement.profiles.wording import plain

_MOST_TAGS = 40
_MOST_COMPANIES = 10
_COMPANIES = 60


def address(hits: Hits, query: Query) -> None:
    """A mailbox with a slip before its @, behind it, or one on each side where the domain is one that many use."""
    local, _at, domain = query.plain.rpartition("@")
    if len(hits) or not local or not domain:
        return
    found = statements.begins(f"{local}@", hits.most)
    for each in dict.fromkeys([domain, *nearest(domain, settings.COMMON_MAIL_DOMAINS, 2)]):
        found += near_statements.addresses_near(
            "email", local, f"@{each}", few=each not in settings.COMMON_MAIL_DOMAINS
        )
    _add(hits, [one for one in found if _is_near(query.plain, one.norm)])


def handle(hits: Hits, query: Query) -> None:
    """A handle with a slip; also one that was typed without its @."""
    part = query.plain.lstrip("@")
    if len(hits) or " " in part or not allowed(part):
        return
    found = near_statements.addresses_near("handle", part, "", few=False)
    _add(hits, [one for one in found if slips(part, one.norm, allowed(part)) <= allowed(part)])


def tag(hits: Hits, query: Query) -> None:
    """A tag that is spelt nearly so."""
    typed = query.plain.lstrip("#").strip()
    if len(hits) or not allowed(typed):
        return
    known = [word.removeprefix("#") for word in near_statements.tags_near(typed, _MOST_TAGS)]
    for name in nearest(typed, known, 3):
        why = Why("tag", [(name, True)], icon="tag", nearly=True)
        for person in statements.found_by([[f"#{name}"]], hits.most):
            hits.add(person.canonical, ranks.MISSPELT, why)


def company(hits: Hits, query: Query) -> None:
    """Who works at a company that is spelt nearly so, or is called so in part."""
    if len(query.plain) < 4 or any(why.kind == "company" for hit in hits.best_first() for why in hit.why):
        return
    names = dict(companies(query))
    for profile_id, company_id in statements.who_work_at(list(names), hits.most):
        name, said = names[company_id], words_of(names[company_id])
        slipped = any(word not in said and like([word], said) for word in query.words)
        why = Why("company", marked(name, like(query.words, said)), icon="building-2", nearly=slipped)
        hits.add(profile_id, ranks.MISSPELT, why)


def companies(query: Query) -> list[tuple[UUID, str]]:
    """Companies that are spelt nearly so, the nearest first."""
    words = [word for word in query.words if len(word) > 2]
    found = near_statements.companies_near(words, query.plain, _COMPANIES)
    exact = [one for one in found if all(like([word], words_of(one[1])) for word in words)]
    return (exact or found)[:_MOST_COMPANIES]


def like(words: Iterable[str], said: Sequence[str]) -> list[str]:
    """Return those of the words said for which the typed ones stand."""
    found = []
    for word in words:
        found += nearest(word, said, 1) if allowed(word) else [word] if word in said else []
    return found


def words_of(name: str) -> list[str]:
    """The words of a name, small and without accents."""
    return [word for word in re.split(r"[\W_]+", plain(name)) if word]


def _is_near(typed: str, known: str) -> bool:
    """Each side of the @ is at most as far as a word of its length may be."""
    pairs = zip(typed.rpartition("@")[::2], known.rpartition("@")[::2], strict=True)
    return all(slips(one, other, allowed(one)) <= allowed(one) for one, other in pairs)


def _add(hits: Hits, found: Iterable[Address]) -> None:
    for one in sorted(found, key=lambda one: not one.is_open):
        label = "" if one.is_open else "closed"
        why = Why("address", [(one.address, True)], icon=one.kind, label=label, nearly=True)
        hits.add(one.canonical, ranks.MISSPELT, why)
