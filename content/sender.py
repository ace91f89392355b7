"""Who a template speaks as: what its author sees, what is approved and what is sent."""

from content.models import Kind, Purpose, Revision, Template
from engagement.channels.email.addresses import Mailbox
from engagement.channels.models import Channel
from engagement.organization.current import current_organization


def sender_mailbox(channel: Channel, *, is_marketing: bool) -> Mailbox:
    """Return name and address of what a channel sends now.

    Marketing email carries the organization's sender name of campaigns; where it has none, and on everything else,
    the channel's own name stands.
    """
    organization = current_organization()
    name = organization.marketing_sender_name.strip() if is_marketing and channel.kind == Kind.EMAIL else ""
    return Mailbox(name or channel.sender_name or organization.display_name, channel.address)


def sender_line(channel: Channel, *, is_marketing: bool) -> str:
    """Return the same as a reader sees it, ``Pedralva <ola@pedralva.example>``. Of an SMS, the channel's own line."""
    if channel.kind != Kind.EMAIL or not is_marketing:
        return channel.sender_line
    mailbox = sender_mailbox(channel, is_marketing=True)
    return f"{mailbox.name} <{mailbox.address}>"


def sender_of(template: Template) -> str:
    """Return the sender of a template as a reader sees it; empty without a channel."""
    return sender_line(template.channel, is_marketing=template.is_marketing) if template.channel else ""


def approved_sender(revision: Revision, channel: Channel) -> Mailbox:
    """Return who speaks as it was approved, whatever the channel is called now."""
    name, _space, address = revision.sender.rpartition(" ")
    name = name or revision.organisation or current_organization().display_name
    return Mailbox(name, address.strip("<>") or channel.address)


def is_sender_changed(revision: Revision, channel: Channel) -> bool:
    """Say whether the channel would send as somebody else than was approved."""
    if not revision.sender:
        return False
    if channel.kind != Kind.EMAIL:
        return revision.sender != channel.sender_line
    is_marketing = revision.purpose == Purpose.MARKETING
    return approved_sender(revision, channel) != sender_mailbox(channel, is_marketing=is_marketing)
