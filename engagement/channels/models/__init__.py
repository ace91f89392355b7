"""Channels, what came in through them, what goes out."""

from engagement.channels.models.caught import CaughtMail
from engagement.channels.models.caught_text import CaughtText
from engagement.channels.models.channel import Channel
from engagement.channels.models.channel_test import ChannelTest
from engagement.channels.models.fetching import ImapCursor
from engagement.channels.models.groups import Group, GroupCount
from engagement.channels.models.inbound import Attachment, RawEvent, RawEventKey
from engagement.channels.models.jurisdiction import Jurisdiction, RuleSheet
from engagement.channels.models.optin import OptIn, SignUpForm, SignUpText
from engagement.channels.models.outbound import DeliveryReport, SoftBounce, Transmission
from engagement.channels.models.sender_check import PendingSenderCheck
from engagement.channels.models.throttle import Allowance
from engagement.channels.models.wishes import OptOutWish

__all__ = [
    "Allowance",
    "Attachment",
    "CaughtMail",
    "CaughtText",
    "Channel",
    "ChannelTest",
    "DeliveryReport",
    "Group",
    "GroupCount",
    "ImapCursor",
    "Jurisdiction",
    "OptIn",
    "OptOutWish",
    "PendingSenderCheck",
    "RawEvent",
    "RawEventKey",
    "RuleSheet",
    "SignUpForm",
    "SignUpText",
    "SoftBounce",
    "Transmission",
]
