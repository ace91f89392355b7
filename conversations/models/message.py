"""What stands in a thread: what they said, what we said, notes, events."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation
from engagement.address_field import ReadableAddressField
from engagement.channels.models import Attachment, Channel
from engagement.keys import new_key
from engagement.village.models import Department


class Message(models.Model):
    """One entry of a thread. ``seq`` numbers entries without gaps; ``client_key`` makes a second submit harmless.

    ``text`` is what the reader sees first (quotation and signature are apart, never lost). ``detail`` holds what
    only some kinds need: recipients of a reply, facts of an event, notes of the parser.
    """

    class Kind(models.TextChoices):
        RECEIVED = "received", _("received")
        REPLY = "reply", _("answer")
        NOTE = "note", _("note")
        EVENT = "event", _("event")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    sender_name = models.CharField(max_length=300, blank=True, default="")
    sender_address = ReadableAddressField(max_length=400, blank=True, default="")
    title = models.CharField(max_length=500, blank=True, default="")
    text = models.TextField(blank=True, default="")
    html = models.TextField(blank=True, default="")
    quoted_text = models.TextField(blank=True, default="")
    quoted_html = models.TextField(blank=True, default="")
    signature = models.TextField(blank=True, default="")
    remote_images = models.PositiveSmallIntegerField(default=0)
    auto = models.CharField(max_length=40, blank=True, default="")
    detail = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    client_key = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001 - NULLs are not unique
    raw_event_key = models.UUIDField(null=True, blank=True)
    item = models.PositiveSmallIntegerField(null=True, blank=True)  # which one of the raw event's
    transmission_id = models.UUIDField(null=True, blank=True)
    delivery_state = models.CharField(max_length=12, blank=True, default="")
    delivery_detail = models.TextField(blank=True, default="")
    search = SearchVectorField(null=True, editable=False)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["conversation", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_seq_once"),
            models.UniqueConstraint(fields=["conversation", "client_key"], name="message_submitted_once"),
            models.UniqueConstraint(fields=["raw_event_key", "item"], name="message_once_per_raw_item"),
        ]
        indexes = [
            GinIndex(fields=["search"], name="message_search", opclasses=[]),
            models.Index(
                fields=["conversation"],
                name="message_not_arrived",
                condition=Q(delivery_state__in=["failed", "unknown", "bounced"]),
            ),
            models.Index(
                fields=["conversation", "-created_at", "-key"],
                include=["kind"],
                name="message_moments",
                condition=~Q(kind="event"),
            ),
            models.Index(
                fields=["conversation"],
                include=["author", "department", "created_at"],
                name="message_answers",
                condition=Q(kind="reply"),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class MessageAttachment(models.Model):
    """A file that stands with a message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="files")
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("message attachment")
        verbose_name_plural = _("message attachments")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["message", "attachment"], name="file_once_per_message")]

    def __str__(self) -> str:
        return f"{self.message_id} {self.attachment_id}"


class MessageExternal(models.Model):
    """The carrier's name of a message (RFC 5322 Message-ID without brackets), once per channel."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", db_index=False)
    external_id = models.CharField(max_length=400)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="externals")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("carrier's name of a message")
        verbose_name_plural = _("carriers' names of messages")
        constraints = [models.UniqueConstraint(fields=["channel", "external_id"], name="message_once_per_channel")]
        indexes = [models.Index(fields=["external_id"], name="message_by_external_id")]

    def __str__(self) -> str:
        return self.external_id


class ThreadReference(models.Model):
    """A message id that a message of a conversation referred to, so that late or lost relatives find it too."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", db_index=False)
    reference = models.CharField(max_length=400)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("reference")
        verbose_name_plural = _("references")
        constraints = [models.UniqueConstraint(fields=["channel", "reference", "conversation"], name="reference_once")]

    def __str__(self) -> str:
        return self.reference
