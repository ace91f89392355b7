"""Channels, what came in through them, what goes out."""

from engagement.channels.models.channel import Channel
from engagement.channels.models.inbound import Attachment, RawEvent, RawEventKey
from engagement.channels.models.outbound import DeliveryReport, Transmission

__all__ = ["Attachment", "Channel", "DeliveryReport", "RawEvent", "RawEventKey", "Transmission"]
