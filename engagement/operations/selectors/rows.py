"""The rows behind an item, in the reader's language, each with the way to it or with whom to ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from engagement.operations.checklist import Item
from engagement.operations.links import may_open, openable, who_can_open
from engagement.operations.phrases import in_words
from engagement.village.models import User


@dataclass(frozen=True, slots=True)
class FailingRow:
    """``url`` leads to where the row is mended and is empty for whoever may not go there; ``ask`` is whom they ask for
    ``target``, the address itself.
    """

    what: str
    why: str
    url: str
    target: str
    ask: User | None


@dataclass(frozen=True, slots=True)
class Fix:
    """The way out of a failing item: to its rows, or, where the reader may not mend it, whom to ask."""

    url: str
    ask: User | None


def failing_rows(*, item: Item, evidence: Iterable[Any], user: User) -> list[FailingRow]:
    """Return the rows. A fixed number of queries for each kind of page that they lead to."""
    kept = [(what, why, url) for what, why, url in evidence]
    allowed = openable(user=user, urls=[url for _what, _why, url in kept if url])
    people: dict[str, User | None] = {}
    found = []
    for what, why, url in kept:
        ask = None
        if url and not allowed[url]:
            kind = url.strip("/").rpartition("/")[0]  # of one kind of page: the same person
            if kind not in people:
                people[kind] = who_can_open(url=url, area=item.area, but=user)
            ask = people[kind]
        found.append(FailingRow(in_words(what), in_words(why), url if url and allowed[url] else "", url, ask))
    return found


def fix_of(*, item: Item, user: User) -> Fix:
    """Return the way out of an item for one reader."""
    mend = reverse(item.mend_at)
    if may_open(user=user, url=mend):
        return Fix(f"{reverse('operations:rows')}?check={item.name}", None)
    return Fix("", who_can_open(url=mend, area=item.area, but=user))


def fixes_of(*, items: Iterable[Item], user: User) -> dict[str, Fix]:
    """Return the ways out by the items' names; whom to ask is looked up once for each page."""
    by_page: dict[tuple[str, str], Fix] = {}
    found = {}
    for item in items:
        page = (item.mend_at, item.area)
        known = by_page.get(page) or fix_of(item=item, user=user)
        by_page[page] = known
        url = f"{reverse('operations:rows')}?check={item.name}" if known.url else ""
        found[item.name] = Fix(url, known.ask)
    return found
