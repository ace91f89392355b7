"""Channels, what came in through them, what goes out."""

from engagement.channels.models.caught import CaughtMail
from engagement.channels.models.channel import Channel
from engagement.channels.models.fetching import ImapCursor
from engagement.channels.models.groups import Group, GroupCount
from engagement.channels.models.inbound import Attachment, RawEvent, RawEventKey
from engagement.channels.models.outbound import DeliveryReport, Transmission
from engagement.channels.models.throttle import Allowance

__all__ = [
    "Allowance",
    "Attachment",
    "CaughtMail",
    "Channel",
    "DeliveryReport",
    "Group",
    "GroupCount",
    "ImapCursor",
    "RawEvent",
    "RawEventKey",
    "Transmission",
]
