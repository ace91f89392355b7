"""Conversations and messages as the API shows and takes them."""

from typing import Any

from rest_framework import serializers

from conversations.layout import whole_text
from conversations.models import Conversation, Label, Message, MessageAttachment, Queue
from conversations.previews import read_preview
from engagement.api.strict import StrictSerializer


class LabelSerializer(serializers.ModelSerializer[Label]):
    """A label of conversations. ``color`` is a tone of the interface: anil (blue), river (teal), moss (green), …"""

    is_archived = serializers.BooleanField(read_only=True)

    class Meta:
        model = Label
        fields = ["id", "name", "name_pt", "color", "is_archived", "created_at"]
        read_only_fields = fields


class ConversationSerializer(serializers.ModelSerializer[Conversation]):
    """One matter with one customer."""

    address = serializers.CharField(source="endpoint.address", read_only=True)
    profile_name = serializers.CharField(source="profile.name", read_only=True)
    queue = serializers.CharField(source="queue.slug", read_only=True)

    id = serializers.UUIDField(source="key", read_only=True)
    labels = LabelSerializer(many=True, read_only=True)

    class Meta:
        model = Conversation
        fields = [
            "id",
            "title",
            "preview",
            "status",
            "channel",
            "queue",
            "assignee",
            "profile",
            "profile_name",
            "address",
            "opened_at",
            "last_activity_at",
            "waiting_since",
            "next_due_at",
            "snoozed_until",
            "message_seq",
            "labels",
        ]
        read_only_fields = fields

    def to_representation(self, instance: Conversation) -> dict[str, Any]:
        """With the preview in the reader's language."""
        shown = super().to_representation(instance)
        return dict(shown) | {"preview": read_preview(instance.preview)}


class MessageFileSerializer(serializers.ModelSerializer[MessageAttachment]):
    """A file of a message; download it at ``/api/v1/attachments/{id}/content/``."""

    id = serializers.UUIDField(source="attachment.key", read_only=True)
    filename = serializers.CharField(source="attachment.filename", read_only=True)
    content_type = serializers.CharField(source="attachment.content_type", read_only=True)
    size = serializers.IntegerField(source="attachment.size", read_only=True)

    class Meta:
        model = MessageAttachment
        fields = ["id", "filename", "content_type", "size"]
        read_only_fields = fields


class MessageSerializer(serializers.ModelSerializer[Message]):
    """One entry of a thread."""

    id = serializers.UUIDField(source="key", read_only=True)
    sender_check = serializers.SerializerMethodField(
        help_text="Received email: verdict (verified, failed, unknown), spf, dkim, dmarc, checked_by; or not checked."
    )
    attachments = MessageFileSerializer(source="files", many=True, read_only=True)
    relates_to = serializers.SerializerMethodField(help_text="The conversation that it answers, when not its own.")

    def get_sender_check(self, message: Message) -> dict[str, str]:
        """What is known about who sent it."""
        return dict(message.detail.get("sender_check") or {})

    def get_relates_to(self, message: Message) -> str | None:
        """The key of the other conversation."""
        return message.detail.get("relates_to") or None

    class Meta:
        model = Message
        fields = [
            "id",
            "seq",
            "kind",
            "author",
            "sender_name",
            "sender_address",
            "title",
            "text",
            "html",
            "quoted_text",
            "signature",
            "auto",
            "delivery_state",
            "delivery_detail",
            "created_at",
            "sender_check",
            "relates_to",
            "attachments",
        ]
        read_only_fields = fields

    def to_representation(self, instance: Message) -> dict[str, Any]:
        """With what we say of invitations and encrypted mail in the reader's language."""
        shown = super().to_representation(instance)
        return dict(shown) | {"text": whole_text(instance)}


class RecipientSerializer(StrictSerializer):
    """Someone a reply goes to."""

    address = serializers.EmailField(max_length=320)
    name = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    role = serializers.ChoiceField(choices=["to", "cc"], required=False, default="to")


class NewMessageSerializer(StrictSerializer):
    """What to say. Without ``recipients`` a reply goes to everyone who takes part."""

    text = serializers.CharField(max_length=100_000)
    kind = serializers.ChoiceField(choices=["reply", "note"], required=False, default="reply")
    recipients = RecipientSerializer(many=True, required=False, allow_empty=False, max_length=100)  # type: ignore[call-arg]
    attachments = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=20, help_text="Ids of uploaded attachments"
    )
    seen_seq = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2_147_483_647,
        help_text="The newest message that you have seen: if a colleague has answered since, you get 409.",
    )
    confirmed_recipients = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=1000,
        help_text="How many people get this reply. Required, and exact, when there are more than 20: else 422.",
    )


class QueueSerializer(serializers.ModelSerializer[Queue]):
    """Where conversations wait. ``is_worked``: the token's person works on it, and sees its conversations."""

    department = serializers.SlugRelatedField(slug_field="slug", read_only=True)  # type: ignore[var-annotated]
    is_worked = serializers.BooleanField(read_only=True)

    class Meta:
        model = Queue
        fields = ["slug", "name", "name_pt", "department", "answer_within", "is_default", "is_worked"]
        read_only_fields = fields


class NewHandoffSerializer(StrictSerializer):
    """To which department's queue (its slug), and what it is about. ``again`` confirms one that goes in circles."""

    queue = serializers.SlugRelatedField(slug_field="slug", queryset=Queue.objects.select_related("department"))
    summary = serializers.CharField(max_length=5_000)
    again = serializers.BooleanField(required=False, default=False)
