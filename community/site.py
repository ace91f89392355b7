"""What the community is called, where it is, and the channels through which it writes."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from community.channel_settings import CommunityChannelSettings
from engagement.channels.models import Channel
from engagement.organization.current import current_organization

KIND = "community"
ADDRESS = "community"  # of the one channel through which posts come into the inbox


class NoMailChannel(LookupError):
    """No active e-mail channel: the community cannot write to anybody."""


def site_name() -> str:
    """The community's name in the reader's language."""
    if own := current_organization().community_name:
        return own
    return _("%(house)s Commons") % {"house": current_organization().display_name}


def absolute(path: str) -> str:
    """Return the address of a path, for mails and for ``rel=canonical``."""
    return f"{settings.BASE_URL}{path}"


def own_hosts() -> frozenset[str]:
    """Return the sites of ours, to which everybody may link: our own, and those of our mail."""
    house = urlsplit(settings.BASE_URL).hostname or ""
    domains = Channel.objects.filter(kind="email").order_by("address").values_list("address", flat=True)
    return frozenset({house, *(address.rpartition("@")[2].lower() for address in domains)} - {""})


def mail_channel() -> Channel:
    """Return the e-mail channel that writes to members: the one that the community's channel names, else the oldest.

    Raises NoMailChannel.
    """
    active = Channel.objects.filter(kind="email", status=Channel.Status.ACTIVE)
    own = Channel.objects.filter(kind=KIND, address=ADDRESS).defer("credentials").first()
    named = CommunityChannelSettings.from_channel(own).email if own else ""
    chosen = current_organization().community_sender or named
    channel = active.filter(address__iexact=chosen).first() if chosen else None
    channel = channel or active.order_by("created_at", "key").first()
    if channel is None:
        raise NoMailChannel("make an e-mail channel first")
    return channel


def community_channel() -> Channel:
    """Return the channel through which posts come into the inbox and answers go back; made at its first use."""
    channel, _made = Channel.objects.get_or_create(
        kind=KIND, address=ADDRESS, defaults={"name": "Commons", "sender_name": current_organization().display_name}
    )
    return channel
