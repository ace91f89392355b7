"""What a row of the list says beside the conversation itself: unread, mentioned, failed, who is looking."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import redis
import structlog

from conversations.selectors.labels import LABELS_OF, LabelChip, chips_of
from engagement import statements
from engagement.realtime.presence import Present, people_at_many
from engagement.village.models import User

log = structlog.get_logger(__name__)
# Every part goes through an index on the conversation; counting ends at 99.
_FACTS = f"""
SELECT listed.key,
    (SELECT count(*) FROM (
        SELECT 1 FROM conversations_message message
        WHERE message.conversation_id = listed.key AND message.kind = 'received' AND message.seq > COALESCE((
            SELECT mark.seq FROM conversations_readmark mark
            WHERE mark.person_id = %(me)s AND mark.conversation_id = listed.key), 0)
        LIMIT 99) unread),
    EXISTS (
        SELECT 1 FROM collaboration_mention mention
        WHERE mention.subject_type = 'conversations.conversation' AND mention.subject_id = listed.key
        AND mention.person_id = %(me)s AND mention.seen_at IS NULL),
    EXISTS (
        SELECT 1 FROM conversations_message message
        JOIN engagement_channels_transmission sent ON sent.key = message.transmission_id
        WHERE message.conversation_id = listed.key AND message.delivery_state IN ('failed', 'unknown', 'bounced')
        AND sent.settled_at IS NULL),
    {LABELS_OF.format(conversation="listed.key")}
FROM unnest(%(keys)s::uuid[]) AS listed (key)
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class Facts:
    """By conversation: how many received messages are unread, whom it concerns, its labels, who looks at it."""

    unread: dict[UUID, int]
    mentioned: set[UUID]
    failed: set[UUID]
    labels: dict[UUID, list[LabelChip]]
    looking: dict[UUID, list[Present]]


def facts_of(keys: Sequence[UUID], *, user: User) -> Facts:
    """Return the facts of a page's conversations for one reader: one query, and one round trip to Valkey."""
    rows = statements.rows(_FACTS, {"me": user.pk, "keys": list(keys)})
    return Facts(
        unread={key: unread for key, unread, _mentioned, _failed, _labels in rows},
        mentioned={key for key, _unread, mentioned, _failed, _labels in rows if mentioned},
        failed={key for key, _unread, _mentioned, failed, _labels in rows if failed},
        labels={key: chips_of(labels) for key, _unread, _mentioned, _failed, labels in rows},
        looking=_looking(keys, user),
    )


def _looking(keys: Sequence[UUID], user: User) -> dict[UUID, list[Present]]:
    """Who else is at each conversation. Valkey away: nobody is shown, and that is logged."""
    topics = {f"conversation:{key}": key for key in keys}
    try:
        present = people_at_many(list(topics)) if topics else {}
    except redis.RedisError as error:
        log.warning("presence_unknown", error=str(error))
        return {}
    return {topics[name]: [one for one in people if one["id"] != str(user.pk)] for name, people in present.items()}
