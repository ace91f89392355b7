"""Words that the house answers by itself: each kind of channel may register who knows them.

What is recognised does not become a conversation; the raw event keeps it, under the name of what it was.
"""

from collections.abc import Callable
from datetime import datetime

from engagement.channels.inbound.items import InboundMessage
from engagement.channels.models import RawEvent
from engagement.profiles.models import Identity

# Called in the transaction that finishes the raw event; returns what it was, empty for an ordinary message.
Recognise = Callable[[RawEvent, InboundMessage, Identity, datetime], str]
_of_kind: dict[str, Recognise] = {}


class RecogniserAlreadyRegistered(Exception):
    """Two for one kind of channel."""


def register(kind: str, recognise: Recognise) -> None:
    """Let ``recognise`` look at each message of a kind of channel first. Raises RecogniserAlreadyRegistered."""
    if _of_kind.get(kind, recognise) is not recognise:
        raise RecogniserAlreadyRegistered(kind)
    _of_kind[kind] = recognise


def recognised(raw: RawEvent, message: InboundMessage, identity: Identity, now: datetime) -> str:
    """Return what a message was, when the house has dealt with it; empty when it is for people."""
    known = _of_kind.get(raw.channel.kind)
    return known(raw, message, identity, now) if known else ""
