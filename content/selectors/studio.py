"""The list of the studio: one page of templates, newest edit first, by state, kind and name."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from content.models import Template
from content.models.template import TemplateQuerySet
from content.selectors.states import with_state
from engagement.village.models import User

PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; empty: everything that is in use."""

    search: str = ""
    kind: str = ""
    state: str = ""
    mine: bool = False
    archived: bool = False


@dataclass(frozen=True, slots=True)
class StudioPage:
    """Rows, and the place after which the next page begins (empty: there is none)."""

    rows: list[Template]
    after: str


def page(user: User, wanted: Wanted, *, after: str = "") -> StudioPage:
    """Return one page. Two queries. Raises ValueError for a place that is none."""
    found = with_state(_narrowed(Template.objects.visible_to(user), user, wanted))
    if wanted.state:
        found = found.filter(state=wanted.state)
    if after:
        found = found.filter(_beyond(after))
    rows = list(found.select_related("owner", "department").prefetch_related("drafts").newest_first()[: PAGE + 1])
    more = len(rows) > PAGE
    return StudioPage(rows[:PAGE], _place(rows[PAGE - 1]) if more else "")


def _narrowed(templates: TemplateQuerySet, user: User, wanted: Wanted) -> TemplateQuerySet:
    found = templates.filter(archived_at__isnull=not wanted.archived)
    if wanted.search:
        found = found.filter(name__icontains=wanted.search)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    return found.filter(owner=user) if wanted.mine else found


def _place(row: Template) -> str:
    return f"{row.edited_at.isoformat()}~{row.pk}"


def _beyond(after: str) -> Q:
    at, _tilde, key = after.partition("~")
    moment, pk = datetime.fromisoformat(at), UUID(key)
    if moment.tzinfo is None:
        raise ValueError("a place has a time zone")
    return Q(edited_at__lt=moment) | Q(edited_at=moment, pk__lt=pk)
