"""Lists of topics: the latest, of one kind, of one space, ideas by how many want them."""

from dataclasses import dataclass

from django.db.models import Q

from community.models import Member, Space, Topic
from community.models.topic import TopicQuerySet
from community.selectors.cursors import place_of, seal, unseal
from community.visitor import Visitor

SIZE = 20
LATEST, WANTED, UNANSWERED = "latest", "wanted", "unanswered"


@dataclass(frozen=True, slots=True)
class TopicList:
    """A page of topics, and the cursor of the next one; empty at the end."""

    topics: list[Topic]
    next: str


def topics(
    *,
    visitor: Visitor,
    kind: str = "",
    space: Space | None = None,
    author: Member | None = None,
    order: str = LATEST,
    cursor: str = "",
) -> TopicList:
    """Return a page in one query. Raises BadCursor."""
    found = Topic.objects.shown().filter(space__in=Space.objects.readable_by(visitor.member, visitor.staff))
    if kind:
        found = found.filter(kind=kind)
    if space is not None:
        found = found.filter(space=space)
    if author is not None:
        found = found.filter(author=author)
    if order == UNANSWERED:
        found = found.filter(state=Topic.State.OPEN)
    name = f"topics:{kind}:{space.pk if space else ''}:{author.pk if author else ''}:{order}"
    found = found.select_related("space", "author").defer("search")
    return _wanted(found, name, cursor) if order == WANTED else _latest(found, name, cursor)


def _latest(found: TopicQuerySet, name: str, cursor: str) -> TopicList:
    if place := place_of(name, cursor):
        at, key = place
        found = found.filter(Q(last_activity_at__lt=at) | Q(last_activity_at=at, pk__lt=key))
    rows = list(found.order_by("-last_activity_at", "-key")[: SIZE + 1])
    last = rows[SIZE - 1] if len(rows) > SIZE else None
    return TopicList(rows[:SIZE], seal(name, [last.last_activity_at, last.pk]) if last else "")


def _wanted(found: TopicQuerySet, name: str, cursor: str) -> TopicList:
    if values := unseal(name, cursor):
        votes, key = values
        found = found.filter(Q(vote_count__lt=votes) | Q(vote_count=votes, pk__lt=key))
    rows = list(found.order_by("-vote_count", "-key")[: SIZE + 1])
    last = rows[SIZE - 1] if len(rows) > SIZE else None
    return TopicList(rows[:SIZE], seal(name, [last.vote_count, last.pk]) if last else "")
