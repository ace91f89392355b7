"""Tokens that speak for a person, and answers kept so that a repeated request is not done twice."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagement.keys import new_key

SCOPES = {
    "conversations:read": _("Read conversations, messages, attachments, labels and queues"),
    "conversations:write": _(
        "Begin and answer conversations, write notes, upload files; resolve, snooze, assign, move, label, transfer"
    ),
    "profiles:read": _("Read contacts (sensitive attributes too, where you may), companies, consents and timelines"),
    "profiles:write": _("Create, change, import and merge contacts; change addresses, consents and suppressions"),
    "deals:read": _("Read deals"),
    "deals:write": _("Open and change deals, hold marketing because of them"),
    "rights:read": _("Read data requests and legal holds, take people's files"),
    "rights:write": _("File and answer data requests, erase people, set and lift legal holds"),
    "work:read": _("Read tasks, transfers, notes about contacts, and who is in the team"),
    "work:write": _("Create, assign and complete tasks; accept and return transfers; write notes about contacts"),
    "content:read": _("Read templates, revisions and requests for approval"),
    "content:write": _("Write templates, ask for approval, decide on approvals"),
    "campaigns:read": _("Read segments and campaigns, their checks, recipients and results"),
    "campaigns:write": _("Create and change segments and campaigns; launch, pause, resume and stop campaigns"),
    "community:read": _("Read the community: spaces, members, topics, posts and what waits for review"),
    "community:write": _("Answer in the community, open topics for members, decide reviews"),
    "channels:read": _("Read channels and their tests, without credentials"),
    "channels:write": _("Create, change, test, pause and resume channels"),
    "operations:read": _("Read the plan: milestones, work items and risks"),
    "operations:write": _("Create and change milestones, work items and risks"),
}


class ApiToken(models.Model):
    """A token: shown once, kept as a keyed hash. May do what its person may, within ``scopes``, until it expires."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("what it is for"), max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=50), verbose_name=pgettext_lazy("permission", "may"))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-key"]
        default_permissions = ()
        permissions = [("use_api", _("Can make API tokens"))]

    def __str__(self) -> str:
        return self.name

    def is_valid(self, now: datetime) -> bool:
        """It is neither revoked nor expired."""
        return self.revoked_at is None and now < self.expires_at


class KeptAnswer(models.Model):
    """The answer to a POST that carried an Idempotency-Key; the same key and request get it again for a day."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    idempotency_key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.BinaryField(default=b"")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        constraints = [models.UniqueConstraint(fields=["person", "idempotency_key"], name="answered_once")]

    def __str__(self) -> str:
        return self.idempotency_key
