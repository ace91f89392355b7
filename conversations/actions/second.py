"""Where a customer has one conversation at a time, a second one is not opened by hand either."""

from conversations.actions.writing import AnotherIsOpen
from conversations.models import Conversation

Status = Conversation.Status


def has_another(conversation: Conversation) -> bool:
    """Say whether a resolved conversation has a successor that is not resolved, and there can only be one."""
    if not conversation.single or conversation.status != Status.RESOLVED:
        return False
    others = Conversation.objects.filter(endpoint_id=conversation.endpoint_id, single=True)
    return others.exclude(status=Status.RESOLVED).exists()


def refuse_second(conversation: Conversation) -> None:
    """Call it before a conversation stops being resolved. Raises AnotherIsOpen."""
    if has_another(conversation):
        raise AnotherIsOpen
