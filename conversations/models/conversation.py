"""A conversation: one matter with one customer over one endpoint."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.label import ConversationLabel, Label
from conversations.models.queue import Queue
from engagement.address_field import ReadableAddressField
from engagement.channels.models import Channel
from engagement.keys import new_key
from engagement.profiles.models import Identity, Profile
from engagement.village.models import User


class Endpoint(models.Model):
    """Where the customer is reached in a conversation: one address over one channel of ours. Replies go here."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="endpoints", db_index=False)
    identity = models.ForeignKey(Identity, on_delete=models.PROTECT, related_name="endpoints")
    address = ReadableAddressField(max_length=400)
    address_norm = models.CharField(max_length=400)
    name = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        constraints = [models.UniqueConstraint(fields=["channel", "address_norm"], name="endpoint_once")]
        indexes = [
            GinIndex(
                OpClass(Lower("address"), name="gin_trgm_ops"),
                OpClass(Lower("name"), name="gin_trgm_ops"),
                name="endpoint_search",
            )
        ]

    def __str__(self) -> str:
        return self.address


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Conversations, as their readers ask for them."""

    def visible_to(self, user: User) -> "ConversationQuerySet":
        """Return what the person may open: the conversations of their queues."""
        return self.filter(queue__in=Queue.objects.worked_by(user))

    def lock(self, pk: object) -> "Conversation":
        """Return one conversation, locked until the transaction ends. Raises DoesNotExist."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Conversation(models.Model):
    """``message_seq`` is the number of the newest entry, ``version`` grows with each change of state.

    ``waiting_since`` is when the customer began to wait for us (empty: it is their turn); ``next_due_at`` when we
    have promised to answer.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        PENDING = "pending", _("waits for the customer")
        SNOOZED = "snoozed", _("snoozed")
        RESOLVED = "resolved", _("resolved")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="conversations")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", db_index=False)
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+", db_index=False)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+", db_index=False)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    title = models.CharField(_("subject"), max_length=500, blank=True)
    preview = models.CharField(max_length=300, blank=True)
    preview_ours = models.BooleanField(default=False)
    automatic = models.BooleanField(default=False)  # the newest words are a robot's
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    last_activity_at = models.DateTimeField(_("last activity"), default=timezone.now)
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    next_due_at = models.DateTimeField(_("answer due"), null=True, blank=True)
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    reopened_times = models.PositiveSmallIntegerField(default=0)
    split_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    answers = models.UUIDField(null=True, blank=True)  # the Transmission of ours that it answers: a campaign's
    # Of a kind of channel whose messages say not what they answer: one conversation at a time.
    single = models.BooleanField(default=False, db_default=False)
    complaint_since = models.DateTimeField(null=True, blank=True)  # while it is open, no marketing reaches them
    labels = models.ManyToManyField(Label, through=ConversationLabel, related_name="conversations")
    message_seq = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)

    last_event_id: UUID | None = None  # of the event that an action has just written to this instance; not stored

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ["-last_activity_at", "-key"]
        # One partial index for each view of the list; all end on the key, for keyset pages.
        indexes = [
            models.Index(
                fields=["queue", "-last_activity_at", "-key"],
                name="conv_queue_open",
                condition=Q(status__in=["open", "pending"]),
            ),
            models.Index(
                fields=["queue", "-last_activity_at", "-key"],
                name="conv_unassigned",
                condition=Q(status__in=["open", "pending"], assignee=None),
            ),
            models.Index(
                fields=["assignee", "-last_activity_at", "-key"],
                name="conv_mine",
                condition=Q(status__in=["open", "pending"]),
            ),
            models.Index(
                fields=["queue", "-last_activity_at", "-key"], name="conv_snoozed", condition=Q(status="snoozed")
            ),
            models.Index(
                fields=["queue", "-last_activity_at", "-key"], name="conv_resolved", condition=Q(status="resolved")
            ),
            models.Index(
                fields=["queue", "next_due_at", "key"],
                name="conv_due",
                condition=Q(status__in=["open", "pending"], next_due_at__isnull=False),
            ),
            models.Index(fields=["snoozed_until"], name="conv_to_wake", condition=Q(status="snoozed")),
            models.Index(fields=["profile", "-last_activity_at"], name="conv_profile"),
            models.Index(
                fields=["profile"],
                name="conv_complaints",
                condition=Q(complaint_since__isnull=False) & ~Q(status="resolved"),
            ),
            models.Index(fields=["answers"], name="conv_answers", condition=Q(answers__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="snoozed") | Q(snoozed_until=None), name="snoozed_has_until_only_then"
            ),
            models.UniqueConstraint(
                fields=["endpoint"],
                condition=Q(single=True) & ~Q(status="resolved"),
                name="conversation_one_open_where_single",
            ),
        ]
        permissions = [("export_conversation", _("Can export conversations"))]

    def __str__(self) -> str:
        return self.title or str(self.key)

    @property
    def is_open(self) -> bool:
        """It stands in the open lists: open, or waiting for the customer."""
        return self.status in (self.Status.OPEN, self.Status.PENDING)

    @property
    def is_resolved(self) -> bool:
        """The matter is closed."""
        return self.status == self.Status.RESOLVED

    def is_late(self, now: datetime) -> bool:
        """The promised answer is overdue."""
        return self.next_due_at is not None and self.next_due_at <= now


class Participant(models.Model):
    """Who takes part in an e-mail conversation, beside us: everyone a reply goes to."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="participants")
    address = ReadableAddressField(max_length=400)
    address_norm = models.CharField(max_length=400)
    name = models.CharField(max_length=300, blank=True)
    role = models.CharField(max_length=10, default="to")  # to, cc
    joined_at = models.DateTimeField()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["conversation", "address_norm"], name="participant_once")]

    def __str__(self) -> str:
        return self.address


class ConversationCount(models.Model):
    """How many conversations stand where, as deltas that a trigger writes and a task squashes: always exact."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    status = models.CharField(max_length=10)
    assignee_id = models.UUIDField(null=True)
    delta = models.IntegerField()

    class Meta:
        verbose_name = _("count")
        verbose_name_plural = _("counts")
        indexes = [
            models.Index(fields=["queue", "status", "assignee_id"], include=["delta"], name="conversation_count")
        ]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.status} {self.delta:+d}"
