"""Queues, conversations, messages, and what each agent has read and drafted."""

from conversations.models.conversation import Conversation, ConversationCount, Endpoint, Participant
from conversations.models.desk import Draft, ReadMark
from conversations.models.label import ConversationLabel, Label
from conversations.models.message import Message, MessageAttachment, MessageExternal, ThreadReference
from conversations.models.queue import Queue
from conversations.models.relation import ConversationRelation

__all__ = [
    "Conversation",
    "ConversationCount",
    "ConversationLabel",
    "ConversationRelation",
    "Draft",
    "Endpoint",
    "Label",
    "Message",
    "MessageAttachment",
    "MessageExternal",
    "Participant",
    "Queue",
    "ReadMark",
    "ThreadReference",
]
