"""A post that became a conversation in the inbox."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from community.models.member import Member
from community.models.post import Post
from community.models.topic import Topic
from engagement.keys import new_key


class Escalation(models.Model):
    """Why a post became a conversation, by whom, and which: ``conversation_id`` is filled once it stands there."""

    class Cause(models.TextChoices):
        MODERATOR = "moderator", _("a moderator passed it on")
        RULE = "rule", _("it sounds like a complaint or a danger")
        MEMBER = "member", _("the member wanted to talk to a person")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    post = models.OneToOneField(Post, on_delete=models.PROTECT, related_name="escalation")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="escalations")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_index=False)
    cause = models.CharField(max_length=10, choices=Cause)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    raw_event_key = models.UUIDField(null=True, unique=True)
    conversation_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    threaded_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("post passed on to the inbox")
        verbose_name_plural = _("posts passed on to the inbox")
        default_permissions = ()
        ordering = ["key"]
        indexes = [models.Index(fields=["at"], name="escalation_at")]

    def __str__(self) -> str:
        return str(self.post_id)


class InboxReply(models.Model):
    """An agent's answer in the conversation of a post, so that it finds its topic when it leaves."""

    message_id = models.UUIDField(primary_key=True)
    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="replies")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer out of the inbox")
        verbose_name_plural = _("answers out of the inbox")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.message_id)
