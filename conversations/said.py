"""Finds people by what was said in conversations that the reader may see."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from conversations.selectors.queues import queues_of
from conversations.selectors.search import query_of
from engagement.profiles.search.sources import Said, Source
from engagement.village.models import User

_LONGEST = 1000  # letters of a message: what matched is shown with a few words around it
_SAID = """
SELECT c.profile_id, left(m.text, %(longest)s), m.created_at, c.key FROM conversations_message m
JOIN conversations_conversation c ON c.key = m.conversation_id AND c.queue_id = ANY(%(queues)s::uuid[])
WHERE m.search @@ %(query)s::tsquery ORDER BY m.key DESC LIMIT %(most)s
"""


def find(words: str, reader: User, most: int) -> Sequence[Said]:
    """Return the newest messages in the reader's queues that match. Three queries."""
    values: dict[str, Any] = {
        "query": query_of(words),
        "queues": [queue.pk for queue in queues_of(reader)],
        "longest": _LONGEST,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SAID, values)
        rows = cursor.fetchall()
    return [
        Said(profile_id, text, at, reverse("conversations:conversation", args=[key]))
        for profile_id, text, at, key in rows
    ]


SOURCE = Source(
    "conversations", _("in a conversation"), "message-square", find, "conversations.view_conversation", order=10
)
