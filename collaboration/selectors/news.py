"""A person's notifications, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from collaboration.models import Notification, NotificationPreference
from collaboration.notifications.kinds import Kind, kind_of, registered
from engagement import statements
from engagement.village.models import User

_UNSEEN = "SELECT count(*) FROM collaboration_notification WHERE person_id = %(person)s AND seen_at IS NULL"
PAGE = 30
_LAST = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class News:
    """One notification with the look of its kind."""

    row: Notification
    kind: Kind


@dataclass(frozen=True, slots=True)
class Page:
    """Up to thirty; ``after`` is the key that the next page begins behind, None at the end."""

    items: Sequence[News]
    after: UUID | None
    unseen: int


def page(*, person: User, after: UUID | None = None, size: int = PAGE) -> Page:
    """Return a page of a person's news. Two queries."""
    mine = Notification.objects.filter(person=person, pk__lt=after or _LAST).order_by("-key")
    rows = list(mine[: size + 1])
    shown = rows[:size]
    return Page(
        items=[News(row, kind_of(row.kind)) for row in shown],
        after=shown[-1].pk if len(rows) > size else None,
        unseen=unseen_count(person),
    )


def unseen_count(person: User) -> int:
    """Return how much the person has not seen yet."""
    return int(statements.rows(_UNSEEN, {"person": person.pk})[0][0])


def preferences(person: User) -> list[tuple[Kind, str]]:
    """Return each kind of news that can reach the person, and how it does now."""
    chosen = dict(NotificationPreference.objects.filter(person=person).values_list("kind", "delivery"))
    mine = [kind for kind in registered() if not kind.permission or person.has_perm(kind.permission)]
    return [(kind, chosen.get(kind.name, kind.usual)) for kind in mine]
