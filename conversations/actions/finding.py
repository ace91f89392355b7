"""Find the conversation that a received message belongs to, in one query."""

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from engagement.events.catalogue import MessageReceived
from engagement.statements import run

_MOST_HITS = 200

# ``how``: 0 this very item was stored before, 1 its message id was, 2 the reply address, 3 a message that it answers
# or refers to (``place``: nearest first), 4 a message that relatives of ours referred to as well, 5 relatives came
# before it. 2 to 5 count only where the sender takes part: by an address of theirs or as the same, merged person.
# What an address took part in before it was closed, because it belongs to somebody else now, is none of theirs.
_FIND = """
WITH person AS (
    SELECT identity.address_norm
    FROM profiles_profile profile JOIN profiles_identity identity ON identity.profile_id = profile.key
    WHERE profile.key = %(profile)s OR profile.canonical_id = %(profile)s
), earlier AS (
    SELECT max(identity.valid_to) AS ended FROM profiles_identity identity
    WHERE identity.address_norm = %(address)s AND identity.valid_to IS NOT NULL
), named AS (
    SELECT id, place FROM unnest(%(ids)s::text[]) WITH ORDINALITY AS given (id, place)
), hits AS (
    SELECT conversation.key AS conversation_id, 2 AS how, 0::bigint AS place
    FROM conversations_conversation conversation
    WHERE conversation.key = %(token)s AND conversation.channel_id = %(channel)s
    UNION ALL
    SELECT known.conversation_id, 3, named.place FROM named
    JOIN conversations_messageexternal known ON known.channel_id = %(channel)s AND known.external_id = named.id
    UNION ALL
    SELECT relative.conversation_id, 4, named.place FROM named
    JOIN conversations_threadreference relative ON relative.channel_id = %(channel)s AND relative.reference = named.id
    UNION ALL
    SELECT relative.conversation_id, 5, 0 FROM conversations_threadreference relative
    WHERE relative.channel_id = %(channel)s AND relative.reference = %(external_id)s
), stored AS (
    SELECT message.key, 0 AS how, NULL::text AS digest, NULL::uuid AS conversation FROM conversations_message message
    WHERE message.raw_event_key = %(raw)s AND message.item = %(item)s
    UNION ALL
    SELECT message.key, 1, message.detail ->> 'digest',
        CASE WHEN lower(message.sender_address) = %(address)s THEN message.conversation_id END
    FROM conversations_messageexternal known
    JOIN conversations_message message ON message.key = known.message_id
    WHERE known.channel_id = %(channel)s AND known.external_id = ANY(%(own_ids)s)
)
(SELECT how, 0::bigint AS place, key, digest,
    NULL::uuid AS split_from, NULL::boolean AS takes_part, conversation AS endpoint
 FROM stored)
UNION ALL
(SELECT hits.how, hits.place, conversation.key, NULL, conversation.split_from_id,
    COALESCE(profile.canonical_id, profile.key) = %(profile)s
    OR (endpoint.address_norm = %(address)s AND earlier.ended IS NULL)
    OR EXISTS (
        SELECT 1 FROM conversations_participant participant WHERE participant.conversation_id = conversation.key
        AND (participant.address_norm = %(address)s OR participant.address_norm IN (SELECT address_norm FROM person))
        AND (participant.address_norm <> %(address)s OR earlier.ended IS NULL OR participant.joined_at > earlier.ended)
    ),
    conversation.endpoint_id
 FROM hits
 JOIN conversations_conversation conversation ON conversation.key = hits.conversation_id
 JOIN conversations_endpoint endpoint ON endpoint.key = conversation.endpoint_id
 JOIN profiles_profile profile ON profile.key = conversation.profile_id
 CROSS JOIN earlier
 ORDER BY hits.how, hits.place, conversation.last_activity_at DESC LIMIT %(most)s)
ORDER BY how, place
"""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a message belongs.

    ``stored``: it stands there already, as this message. ``conversation``: it joins this one. ``relates_to``: it names
    this conversation, but its sender takes no part in it. ``external_id``: its name in the channel, made unique when
    another message has taken it; ``digest`` tells two messages of one name apart.
    """

    stored: UUID | None
    conversation: UUID | None
    relates_to: UUID | None
    external_id: str
    digest: str


@dataclass(frozen=True, slots=True)
class _Hit:
    how: int
    place: int
    key: UUID
    digest: str | None
    split_from: UUID | None
    takes_part: bool | None
    endpoint: UUID | None  # of a conversation; of a stored message by the same sender, its conversation


def find(event: MessageReceived, address: str) -> Found:
    """Return where the message of ``event`` belongs; ``address`` is its sender's, normalised."""
    digest = digest_of(event)
    hits = _look_up(event, address, digest)
    taken = [hit for hit in hits if hit.how == 1]
    stored = next((hit.key for hit in hits if hit.how == 0 or (hit.how == 1 and hit.digest == digest)), None)
    near = [hit for hit in hits if hit.how > 1]
    # The same name by the same sender in other words: a second copy, such as a list's with its footer.
    same = next((hit.endpoint for hit in taken if hit.endpoint is not None), None)
    chosen = same or _choose([hit for hit in near if hit.takes_part])
    return Found(
        stored=stored,
        conversation=chosen,
        relates_to=near[0].key if near and chosen is None else None,
        external_id=other_name(event.external_id, digest) if taken else event.external_id,
        digest=digest,
    )


def _choose(hits: list[_Hit]) -> UUID | None:
    """The nearest; an answer to what was split off belongs there, though it came to the old reply address."""
    if not hits:
        return None
    answered = next((hit for hit in hits if hit.how == 3), None)
    first = hits[0]
    if first.how == 2 and answered and answered.split_from and answered.endpoint == first.endpoint:
        return answered.key
    return first.key


def _look_up(event: MessageReceived, address: str, digest: str) -> list[_Hit]:
    own = [event.external_id, other_name(event.external_id, digest)] if event.external_id else []
    values: dict[str, Any] = {
        "profile": event.profile_id,
        "ids": ancestors(event),
        "token": event.reply_token,
        "channel": event.channel_id,
        "external_id": event.external_id,
        "own_ids": own,
        "raw": event.raw_event_id,
        "item": event.item,
        "address": address,
        "most": _MOST_HITS,
    }
    return [_Hit(*row) for row in run(_FIND, values)]


def ancestors(event: MessageReceived) -> list[str]:
    """Return the ids that a message refers to, nearest first: In-Reply-To, then References from its end."""
    given = [*event.in_reply_to, *reversed(event.references)]
    return [one for one in dict.fromkeys(given) if one and one != event.external_id]


def digest_of(event: MessageReceived) -> str:
    """Return a short hash over who said what."""
    said = [event.sender.address, event.title, event.text, event.html, event.quoted_text, event.quoted_html]
    files = [f"{one.filename}/{one.size}" for one in event.attachments]
    joined = "\x1f".join([*said, event.signature, *files])
    return hashlib.sha256(joined.encode(errors="replace")).hexdigest()[:16]


def other_name(external_id: str, digest: str) -> str:
    """Return a name for a message whose id another message has taken."""
    return f"{external_id[:380]}#{digest}"
