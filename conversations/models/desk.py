"""What belongs to one agent at one conversation: how far they have read, what they are writing."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation
from engagement.keys import new_key


class ReadMark(models.Model):
    """How far a person has read a conversation."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="read_marks")
    seq = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField()

    class Meta:
        verbose_name = _("read mark")
        verbose_name_plural = _("read marks")
        constraints = [models.UniqueConstraint(fields=["person", "conversation"], name="read_mark_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.conversation_id} {self.seq}"


class Draft(models.Model):
    """An answer or a note being written: kept on the server, seen by the team. ``version`` refuses a stale save."""

    class Kind(models.TextChoices):
        REPLY = "reply", _("answer")
        NOTE = "note", _("note")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.REPLY)
    text = models.TextField(blank=True)
    recipients = models.JSONField(default=list, blank=True)  # [{"address", "name", "role"}]; empty: everyone
    attachments = models.JSONField(default=list, blank=True)  # keys of uploaded Attachments
    seen_seq = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [models.UniqueConstraint(fields=["conversation", "author", "kind"], name="draft_once")]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def token(self) -> str:
        """Names this state of this draft; no draft has an empty one. A draft made anew never has an old one's."""
        return f"{self.key}.{self.version}"
