"""Mentions: a colleague asked by name to look at something."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key


class Mention(models.Model):
    """That one person was named in a note. ``subject`` is what the note is about, as kind and key."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentions")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=50)
    subject_id = models.UUIDField()
    note_id = models.UUIDField()
    excerpt = models.CharField(max_length=300)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        ordering = ["-key"]
        constraints = [models.UniqueConstraint(fields=["note_id", "person"], name="mentioned_once")]
        indexes = [
            models.Index(fields=["person", "-key"], name="mention_unseen", condition=Q(seen_at=None)),
            models.Index(fields=["subject_type", "subject_id"], name="mention_subject"),
        ]

    def __str__(self) -> str:
        return self.excerpt
