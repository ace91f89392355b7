"""Who can be given a conversation, or be mentioned in it."""

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, QuerySet
from guardian.models import GroupObjectPermission, UserObjectPermission

from conversations.models import Queue
from engagement.sorting import SortKey, by_name, sort_text
from engagement.village.models import User


def who_work(queue: Queue, *, search: str = "") -> QuerySet[User]:
    """Return the active people who may work on a queue, by name; ``search`` is the beginning of any of their names.

    The other direction of ``Queue.objects.worked_by``: superusers, whoever holds ``work_queue`` on all queues or on
    this one, themselves or through a role.
    """
    permission = Permission.objects.filter(codename="work_queue", content_type=ContentType.objects.get_for_model(Queue))
    granted = {"permission__in": permission, "object_pk": str(queue.pk)}
    may = (
        Q(is_superuser=True)
        | Q(Exists(permission.filter(user=OuterRef("pk"))))
        | Q(Exists(permission.filter(group__user=OuterRef("pk"))))
        | Q(Exists(UserObjectPermission.objects.filter(user=OuterRef("pk"), **granted)))
        | Q(Exists(GroupObjectPermission.objects.filter(group__user=OuterRef("pk"), **granted)))
    )
    people = User.objects.filter(may, is_active=True).order_by(*by_name())
    if search.strip():
        words = sort_text(search.strip().replace("\x00", ""))
        people = people.annotate(plain=SortKey("name"))
        people = people.filter(Q(plain__startswith=words) | Q(plain__contains=f" {words}"))
    return people
