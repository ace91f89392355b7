"""What a profile's page shows of our conversations with that person, by prepared statements."""

from typing import Any

from conversations.models import Conversation, Queue
from conversations.selectors.queues import VISIBLE, reader
from engagement import statements
from engagement.channels.models import Channel
from engagement.profiles.doors import Asked
from engagement.sorting import by_localized_name
from engagement.village.models import Department

SHOWN = 6
_THEIRS = f"conversations_conversation.profile_id = ANY(%(family)s) AND {VISIBLE}"
_TOTAL = f"SELECT count(*) FROM conversations_conversation WHERE {_THEIRS}"  # noqa: S608 - constants
_NEWEST = f"""
FROM conversations_conversation
JOIN engagement_channels_channel ON engagement_channels_channel.key = conversations_conversation.channel_id
JOIN conversations_queue ON conversations_queue.key = conversations_conversation.queue_id
WHERE {_THEIRS}
ORDER BY conversations_conversation.last_activity_at DESC, conversations_conversation.key DESC LIMIT %(shown)s
"""
_ANSWERS = f"""
SELECT message.department_id, count(*)
FROM conversations_conversation
JOIN conversations_message message ON message.conversation_id = conversations_conversation.key
WHERE {_THEIRS} AND message.kind = 'reply' AND message.department_id IS NOT NULL
GROUP BY 1
"""  # noqa: S608 - constants


def conversations(asked: Asked) -> dict[str, Any]:
    """The newest 6 conversations that the reader may open, and how many there are. Two queries."""
    values = _values(asked)
    newest = []
    for conversation, channel, queue in statements.joined((Conversation, Channel, Queue), _NEWEST, values):
        conversation.channel, conversation.queue = channel, queue
        newest.append(conversation)
    return {"conversations": newest, "total": statements.rows(_TOTAL, values)[0][0], "now": asked.now}


def departments(asked: Asked) -> dict[str, Any]:
    """Which departments answered them, and how often, in the conversations that the reader may open. Two queries."""
    counted = dict(statements.rows(_ANSWERS, _values(asked)))
    named = Department.objects.filter(pk__in=counted).order_by(*by_localized_name()) if counted else []
    return {"departments": [{"name": str(one), "answers": counted[one.pk]} for one in named]}


def _values(asked: Asked) -> dict[str, Any]:
    return {"family": list(asked.family), "shown": SHOWN, **reader(asked.reader)}
