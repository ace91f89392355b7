"""Who may open a page, and who can be asked to where somebody may not: nobody is sent to a door that is shut."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Case, QuerySet, When
from django.urls import Resolver404, ResolverMatch, resolve

from engagement.operations.models import AreaOwner
from engagement.sorting import by_name
from engagement.village.models import User
from engagement.village.selectors.helper import permission_holders

# For pages whose right to enter hangs on the object: of several keyword arguments of the address, which may be opened.
Opener = Callable[[User, Sequence[Mapping[str, Any]]], Sequence[bool]]
_openers: dict[str, Opener] = {}
MAX_CANDIDATES = 25


def register_opener(view_name: str, opener: Opener) -> None:
    """Say who may open the objects of a page; called in ``apps.py``."""
    _openers[view_name] = opener


def opener_by_key(visible_to: Callable[[User], QuerySet[Any]]) -> Opener:
    """Return an opener for pages that take the key of an object (``pk``), of those that a person sees. One query."""

    def opener(user: User, found: Sequence[Mapping[str, Any]]) -> list[bool]:
        keys = [kwargs["pk"] for kwargs in found]
        seen = set(visible_to(user).filter(pk__in=keys).order_by().values_list("pk", flat=True))
        return [key in seen for key in keys]

    return opener


def openable(*, user: User, urls: Iterable[str]) -> dict[str, bool]:
    """Say of each address whether the person may open it. One query for each kind of page that asks for objects."""
    found: dict[str, bool] = {}
    asked: dict[str, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
    for url in dict.fromkeys(urls):
        match = _match(url)
        found[url] = match is None or _has_access(user, match)  # what is no page of ours is nobody's to shut
        if match is not None and found[url] and match.view_name in _openers:
            asked[match.view_name].append((url, match.kwargs))
    for name, pairs in asked.items():
        allowed = _openers[name](user, [kwargs for _url, kwargs in pairs])
        found |= dict(zip((url for url, _kwargs in pairs), allowed, strict=True))
    return found


def may_open(*, user: User, url: str) -> bool:
    """Say whether the person may open one address."""
    return openable(user=user, urls=[url])[url]


def who_can_open(*, url: str, area: str = "", but: User | None = None) -> User | None:
    """Return whom to ask for what stands at an address: who answers for the C, if they may, else who else may.

    A person with a role comes before one who may everything.
    """
    match = _match(url)
    if match is None:
        return None
    people = permission_holders(*_permissions(match))
    if but is not None:
        people = people.exclude(pk=but.pk)
    owner = AreaOwner.objects.filter(area=area).first() if area else None
    first = [Case(When(pk=owner.person_id, then=0), default=1)] if owner is not None else []
    candidates = people.order_by(*first, "is_superuser", *by_name())[:MAX_CANDIDATES]
    return next((person for person in candidates if may_open(user=person, url=url)), None)


def _match(url: str) -> ResolverMatch | None:
    try:
        return resolve(urlsplit(url).path)
    except Resolver404:
        return None


def _permissions(match: ResolverMatch) -> tuple[str, ...]:
    return tuple(getattr(match.func, "access", None) or ())


def _has_access(user: User, match: ResolverMatch) -> bool:
    if match.app_names[:1] == ["admin"]:
        return user.is_staff
    return user.has_perms(_permissions(match))
