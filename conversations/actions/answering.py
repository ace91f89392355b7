"""Which message of ours somebody answers, and where that belongs when the message itself does not say."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from conversations.actions.finding import ancestors
from conversations.actions.reply import SOURCE
from engagement.channels.adapters import capabilities_of
from engagement.channels.models import Channel, Transmission
from engagement.events.catalogue import MessageReceived
from engagement.organization.current import current_organization
from engagement.partitions import first_key
from engagement.statements import run

ANSWERED_WITHIN = timedelta(days=30)  # a text that comes later than that is about something else


@dataclass(frozen=True, slots=True)
class Standing:
    """The conversation that a message joins (None: it begins one), and the transmission that it answers.

    ``another``: the open conversation of somebody who had the address before; it must end before one begins.
    """

    conversation: UUID | None
    answers: UUID | None
    another: UUID | None = None


def stands_alone(event: MessageReceived) -> bool:
    """Say whether messages of this kind of channel do not tell what they answer. No query for an e-mail."""
    if event.sender.kind == "email":
        return False
    kind = Channel.objects.filter(pk=event.channel_id).values_list("kind", flat=True).first()
    return not capabilities_of(kind or "").threads


# The newest conversation of the sender's address on this channel. It is not the sender's when it is another person's,
# and the address was closed once because it went from one to the other.
_STANDING = """
SELECT conversation.key, conversation.status, conversation.last_activity_at, EXISTS (
    SELECT 1 FROM profiles_identity identity
    WHERE identity.address_norm = %(address)s AND identity.valid_to IS NOT NULL
) AND COALESCE(profile.canonical_id, profile.key) <> (
    SELECT COALESCE(sender.canonical_id, sender.key) FROM profiles_profile sender WHERE sender.key = %(profile)s
)
FROM conversations_conversation conversation
JOIN conversations_endpoint endpoint ON endpoint.key = conversation.endpoint_id
JOIN profiles_profile profile ON profile.key = conversation.profile_id
WHERE endpoint.channel_id = %(channel)s AND endpoint.address_norm = %(address)s AND conversation.single
ORDER BY conversation.status = 'resolved', conversation.last_activity_at DESC, conversation.key DESC LIMIT 1
"""


def standing(event: MessageReceived, address: str) -> Standing:
    """Return where a text belongs: the open conversation; or the resolved one, for some days, unless something of
    ours came after it, which the text then answers; or a new one. The caller holds the sender's lock.
    """
    campaign = _newest_marketing(event, address)
    values = {"channel": event.channel_id, "address": address, "profile": event.profile_id}
    for key, status, last_at, is_anothers in run(_STANDING, values):
        if is_anothers:
            return Standing(None, campaign[0] if campaign else None, key if status != "resolved" else None)
        if status != "resolved":
            return Standing(key, None)
        fresh = last_at >= event.received_at - timedelta(days=current_organization().reopen_within_days)
        if fresh and (campaign is None or campaign[1] <= last_at):
            return Standing(key, None)
    return Standing(None, campaign[0] if campaign else None)


def answered_by(event: MessageReceived) -> UUID | None:
    """Return the transmission, other than an agent's answer, that an e-mail refers to: nearest first.

    Its Message-ID is a key that nobody guesses, so whoever names it has got it, from whatever address they write.
    """
    named = ancestors(event)
    if not named or event.sender.kind != "email":
        return None
    channels = list(Channel.objects.filter(kind="email").order_by("key").values_list("key", flat=True))
    rows = Transmission.objects.filter(channel_id__in=channels, external_id__in=named).exclude(source=SOURCE)
    found = dict(rows.order_by("key").values_list("external_id", "key"))
    return next((found[one] for one in named if one in found), None)


_MARKETING = """
SELECT sent.key, sent.state_at FROM engagement_channels_transmission sent
WHERE sent.profile_id = ANY(%(people)s::uuid[]) AND sent.key >= %(since)s AND sent.channel_id = %(channel)s
    AND sent.purpose = 'marketing' AND sent.state IN ('accepted', 'delivered', 'read', 'unknown')
    AND sent.recipients @> jsonb_build_array(jsonb_build_object('address', %(address)s::text))
ORDER BY sent.key DESC LIMIT 1
"""


def _newest_marketing(event: MessageReceived, address: str) -> tuple[UUID, datetime] | None:
    """The newest marketing that reached this address on this channel lately, and when."""
    people = "SELECT key FROM profiles_profile WHERE key = %(profile)s OR canonical_id = %(profile)s"
    values = {
        "people": [row[0] for row in run(people, {"profile": event.profile_id})],
        "since": first_key(event.received_at - ANSWERED_WITHIN),
        "channel": event.channel_id,
        "address": address,
    }
    rows = run(_MARKETING, values)
    return (rows[0][0], rows[0][1]) if rows else None
