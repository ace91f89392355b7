"""Files that a person may open."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from conversations.models import Conversation, MessageAttachment
from engagement.channels.models import Attachment
from engagement.village.models import User


def attachments_visible_to(user: User) -> QuerySet[Attachment]:
    """Return the files of messages in conversations that the person may open, and their own uploads."""
    visible = Conversation.objects.visible_to(user).order_by().values("pk")
    in_message = MessageAttachment.objects.filter(attachment=OuterRef("pk"), message__conversation__in=visible)
    return Attachment.objects.filter(Q(uploaded_by=user) | Exists(in_message))
