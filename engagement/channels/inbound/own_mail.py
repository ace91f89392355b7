"""Our own mail coming back: it must not open a conversation, and nothing may answer it."""

from engagement.channels.email.parsed import ParsedEmail
from engagement.channels.inbound.mailboxes import email_channels
from engagement.channels.models import RawEvent, Transmission
from engagement.channels.selectors.erased import erased_among
from engagement.profiles.addresses import InvalidAddress, normalised


def is_own_mail(raw: RawEvent, parsed: ParsedEmail) -> bool:
    """Whether we wrote it: by its Message-ID, by the mark that we leave in what we send, or by a robot of ours."""
    if parsed.message_id and _was_sent(raw, parsed.message_id):
        return True
    if not parsed.auto and not parsed.loop_markers:
        return False
    ours = email_channels()
    marked = any(_normalised(marker) in ours for marker in parsed.loop_markers)
    return marked or (bool(parsed.auto) and parsed.sender is not None and _normalised(parsed.sender.address) in ours)


def went_to_nobody(raw: RawEvent, parsed: ParsedEmail) -> bool:
    """Whether it comes back from somebody who was erased since it was sent."""
    rows = Transmission.objects.filter(channel_id=raw.channel_id, external_id=parsed.message_id)
    return bool(parsed.message_id and erased_among(rows.order_by("key")[:10]))


def _was_sent(raw: RawEvent, message_id: str) -> bool:
    return Transmission.objects.filter(channel_id=raw.channel_id, external_id=message_id).exists()


def _normalised(address: str) -> str:
    try:
        return normalised("email", address)
    except InvalidAddress:
        return ""
