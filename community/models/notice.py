"""What a member is told by e-mail, once each."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.models.member import Member
from community.models.topic import Topic
from engagement.keys import new_key


class Notice(models.Model):
    """One thing that a member is told. ``about`` is the key of what it tells of, so that it is told once."""

    class Kind(models.TextChoices):
        ANSWER = "answer", _("a new answer")
        ACCEPTED = "accepted", _("your answer was accepted")
        IDEA = "idea", _("an idea has another status")
        HIDDEN = "hidden", _("your post was taken out of sight")
        APPROVED = "approved", _("your post is published")
        APPEAL = "appeal", _("your appeal was decided")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="notices", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+", db_index=False)
    about = models.UUIDField()
    at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        default_permissions = ()
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["about", "kind", "member"], name="notice_once")]
        indexes = [models.Index(fields=["key"], name="notice_waiting", condition=Q(queued_at=None))]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"
