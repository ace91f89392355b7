"""A queue: where conversations wait, and who works on them."""

from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from engagement.channels.models import Channel
from engagement.keys import new_key
from engagement.village.models import Department, User
from engagement.village.models.people import in_language

# By grants of the object permission to the person or to one of their groups (guardian's tables), or on all queues.
# Written out because every page asks for it: guardian builds the same in about a hundred times as long.
WORKED_BY = """
SELECT queue.key FROM conversations_queue queue, (
    SELECT permission.id FROM auth_permission permission
    JOIN django_content_type kind ON kind.id = permission.content_type_id
    WHERE permission.codename = 'work_queue' AND kind.app_label = 'conversations' AND kind.model = 'queue'
) work
WHERE EXISTS (
    SELECT 1 FROM guardian_userobjectpermission granted
    WHERE granted.permission_id = work.id AND granted.object_pk = queue.key::text AND granted.user_id = %s
) OR EXISTS (
    SELECT 1 FROM guardian_groupobjectpermission granted JOIN village_user_groups member USING (group_id)
    WHERE granted.permission_id = work.id AND granted.object_pk = queue.key::text AND member.user_id = %s
) OR EXISTS (
    SELECT 1 FROM village_user_user_permissions granted WHERE granted.permission_id = work.id AND granted.user_id = %s
) OR EXISTS (
    SELECT 1 FROM auth_group_permissions granted JOIN village_user_groups member USING (group_id)
    WHERE granted.permission_id = work.id AND member.user_id = %s
)
"""


class QueueQuerySet(models.QuerySet["Queue"]):
    """Queues, as their readers ask for them."""

    def worked_by(self, user: User) -> "QueueQuerySet":
        """Return the queues whose conversations the person may open: by grant on the queue, to them or their role."""
        if not user.is_active:
            return self.none()
        if user.is_superuser:
            return self.all()
        return self.filter(pk__in=RawSQL(WORKED_BY, [user.pk] * 4))  # noqa: S611 - a constant and its values


class Queue(models.Model):
    """Conversations of one kind. ``answer_within`` minutes is the promise to who waits for a first or next answer."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name in English"), max_length=120)
    name_pt = models.CharField(_("name in Portuguese"), max_length=120, blank=True)
    icon = models.CharField(_("icon"), max_length=40, default="inbox")
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="queues", verbose_name=_("department")
    )
    channels = models.ManyToManyField(
        Channel, blank=True, related_name="queues", verbose_name=_("channels that lead here")
    )
    answer_within = models.PositiveIntegerField(_("answer within (minutes)"), null=True, blank=True)
    is_default = models.BooleanField(_("takes what no other queue takes"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = QueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        ordering = ["position", "name", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="queue_one_default"
            )
        ]
        permissions = [("work_queue", _("Can work on the conversations of a queue"))]

    def __str__(self) -> str:
        return in_language(self.name, self.name_pt or self.name)
