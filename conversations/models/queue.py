"""A queue: where conversations wait, and who works on them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.shortcuts import get_objects_for_user

from engagement.channels.models import Channel
from engagement.keys import new_key
from engagement.village.models import Department, User
from engagement.village.models.people import in_language


class QueueQuerySet(models.QuerySet["Queue"]):
    """Queues, as their readers ask for them."""

    def worked_by(self, user: User) -> "QueueQuerySet":
        """Return the queues whose conversations the person may open: by grant on the queue, to them or their role."""
        if not user.is_active:
            return self.none()
        granted = get_objects_for_user(
            user, "conversations.work_queue", klass=Queue, accept_global_perms=True, with_superuser=True
        )
        return self.filter(pk__in=granted.order_by().values("pk"))


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
