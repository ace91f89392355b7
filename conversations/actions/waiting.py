"""Since when the customer of a conversation waits for an answer, read from what was said."""

from datetime import datetime, timedelta

from conversations.models import Conversation
from engagement.statements import run

# An answer that provably did not arrive is no answer: its customer waits on.
_UNANSWERED = """
SELECT min(received.created_at) FROM conversations_message received
WHERE received.conversation_id = %(conversation)s AND received.kind = 'received' AND received.auto = ''
    AND received.seq > COALESCE((
        SELECT max(answer.seq) FROM conversations_message answer
        WHERE answer.conversation_id = %(conversation)s AND answer.kind = 'reply'
            AND answer.delivery_state NOT IN ('failed', 'bounced', 'refused')
    ), 0)
"""


def unanswered_since(conversation: Conversation) -> datetime | None:
    """Return when the first message came in that a person wrote and nobody has answered; None: all are answered."""
    rows = run(_UNANSWERED, {"conversation": conversation.pk})
    found: datetime | None = rows[0][0]
    return found


def restore_waiting(conversation: Conversation) -> None:
    """Give a locked conversation that waits for nobody back what was promised to its unanswered customer.

    ``waiting_since`` is when the customer began to wait, ``next_due_at`` what its queue promises from then on. What
    is still set stays as it is. The caller saves both fields.
    """
    if conversation.waiting_since is None:
        conversation.waiting_since = unanswered_since(conversation)
    promised = conversation.queue.answer_within
    if conversation.waiting_since is not None and conversation.next_due_at is None and promised:
        conversation.next_due_at = conversation.waiting_since + timedelta(minutes=promised)
