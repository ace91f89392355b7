"""Which conversation a message of another conversation answers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation
from conversations.models.message import Message


class ConversationRelation(models.Model):
    """A message in ``conversation`` answers ``related``, in which its sender takes no part."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="relation", primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    related = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("related conversation")
        verbose_name_plural = _("related conversations")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~models.Q(conversation=models.F("related")), name="relation_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} answers {self.related_id}"
