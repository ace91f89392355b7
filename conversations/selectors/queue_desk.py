"""The queues as who arranges them sees them: what leads there, what waits, who works there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Q, Sum
from guardian.models import GroupObjectPermission, UserObjectPermission

from conversations.models import ConversationCount, Queue
from engagement.sorting import by_localized_name, by_name
from engagement.village.models import Role, User

_CODE = "work_queue"
_OPEN = ("open", "pending")


@dataclass(frozen=True, slots=True)
class Row:
    """A queue, how many conversations are open in it, and how many people and roles were let in."""

    queue: Queue
    open: int
    people: int
    roles: int


@dataclass(frozen=True, slots=True)
class Workers:
    """Who may work on one queue: ``roles`` and ``people`` were let in; ``everywhere`` work on every queue."""

    roles: Sequence[Role]
    people: Sequence[User]
    everywhere: Sequence[Role | User]

    @property
    def is_nobody(self) -> bool:
        """Nobody answers what comes there."""
        return not (self.roles or self.people or self.everywhere)


def rows() -> list[Row]:
    """Return every queue in its order. Five queries."""
    queues = list(
        Queue.objects.select_related("department")
        .prefetch_related("channels")
        .order_by("position", *by_localized_name())
    )
    counted = ConversationCount.objects.filter(status__in=_OPEN).order_by().values_list("queue_id")
    waiting = dict(counted.annotate(number=Sum("delta")))
    people = _granted(UserObjectPermission)
    roles = _granted(GroupObjectPermission)
    return [
        Row(queue, waiting.get(queue.pk) or 0, people.get(str(queue.pk), 0), roles.get(str(queue.pk), 0))
        for queue in queues
    ]


def workers(queue: Queue) -> Workers:
    """Return who may work on a queue. Four queries."""
    here = {"permission__codename": _CODE, "content_type": _kind(), "object_pk": str(queue.pk)}
    by_group = GroupObjectPermission.objects.filter(**here).values("group")
    by_person = UserObjectPermission.objects.filter(**here).values("user")
    everywhere = Permission.objects.filter(codename=_CODE, content_type=_kind())
    roles_everywhere = Role.objects.filter(group__permissions__in=everywhere).order_by("position", "slug")
    people_everywhere = User.objects.filter(
        Q(is_superuser=True) | Q(user_permissions__in=everywhere), is_active=True
    ).distinct()
    return Workers(
        roles=list(Role.objects.filter(group__in=by_group).order_by("position", "slug")),
        people=list(User.objects.filter(pk__in=by_person).order_by(*by_name())),
        everywhere=[*roles_everywhere, *people_everywhere.order_by(*by_name())],
    )


def _granted(model: Any) -> dict[str, int]:
    rows = model.objects.filter(permission__codename=_CODE, content_type=_kind())
    return dict(rows.order_by().values_list("object_pk").annotate(number=Count("pk")))


def _kind() -> ContentType:
    return ContentType.objects.get_for_model(Queue)
