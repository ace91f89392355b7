"""How far a person has read."""

from datetime import datetime

from django.db import connection, transaction

from collaboration.actions import see_mentions
from conversations.models import Conversation
from engagement.realtime.topics import poke
from engagement.village.models import User

SUBJECT = "conversations.conversation"  # what mentions call a conversation


@transaction.atomic
def mark_read(*, conversation: Conversation, person: User, seq: int, now: datetime) -> bool:
    """Note that ``person`` has read up to entry ``seq``; never backwards. Return whether anything is new.

    Their mentions in this conversation count as seen. Tells only the person's own tabs.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversations_readmark AS mark (person_id, conversation_id, seq, read_at)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (person_id, conversation_id)"
            " DO UPDATE SET seq = excluded.seq, read_at = excluded.read_at WHERE mark.seq < excluded.seq",
            [person.pk, conversation.pk, min(seq, conversation.message_seq), now],
        )
        advanced = cursor.rowcount > 0
    seen = see_mentions(person=person, subject_type=SUBJECT, subject_id=conversation.pk, now=now)
    if advanced or seen:
        poke(f"user:{person.pk}")
    return advanced or seen > 0
