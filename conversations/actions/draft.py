"""What somebody is writing: kept on the server after every pause, seen by the team."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.actions.writing import LONGEST_TEXT, ForbiddenCharacter, ReplyRefused, TextTooLong
from conversations.models import Conversation, Draft, Message
from engagement.channels.actions.transmit import Recipient
from engagement.realtime.topics import poke
from engagement.village.models import User


class StaleDraft(ValueError):
    """The draft was saved from another tab meanwhile; ``current`` is what stands on the server (None: discarded)."""

    def __init__(self, current: Draft | None) -> None:
        super().__init__(_("This draft was changed in another window."))
        self.current = current


class DraftGone(ReplyRefused):
    """What is being sent was sent or discarded from another window; ``sent`` are the answers or notes since then."""

    def __init__(self, sent: list[Message]) -> None:
        super().__init__(
            _("This draft was sent or discarded in another window. Send it again if it should still leave.")
        )
        self.sent = sent


@transaction.atomic
def save_draft(
    *,
    conversation: Conversation,
    author: User,
    kind: str,
    text: str,
    recipients: Sequence[Recipient] = (),
    attachment_ids: Sequence[UUID] = (),
    seen_seq: int = 0,
    version: int,
    now: datetime,
) -> Draft:
    """Keep what ``author`` is writing. ``version`` is the one that the browser has, 0 for a draft it began.

    Raises StaleDraft, TextTooLong, ForbiddenCharacter.
    """
    if "\x00" in text:
        raise ForbiddenCharacter
    if len(text) > LONGEST_TEXT:
        raise TextTooLong
    drafts = Draft.objects.select_for_update().filter(conversation=conversation, author=author, kind=kind)
    draft = drafts.first()
    if (draft.version if draft else 0) != version:
        raise StaleDraft(draft)
    draft = draft or Draft(conversation=conversation, author=author, kind=kind)
    draft.text, draft.recipients, draft.attachments = (
        text,
        list(recipients),
        [str(key) for key in attachment_ids],
    )
    draft.seen_seq, draft.version, draft.updated_at = seen_seq, version + 1, now
    if draft.version == 1:
        _insert(draft)
    else:
        draft.save()
    poke(drafts_topic(conversation))
    return draft


def drafts_topic(conversation: Conversation) -> str:
    """The topic of what is being written in a conversation: only who looks at it follows it."""
    return f"drafts:{conversation.pk}"


def _insert(draft: Draft) -> None:
    """Insert a first version. Raises StaleDraft when another tab was faster."""
    Draft.objects.bulk_create([draft], ignore_conflicts=True)
    stored = Draft.objects.get(conversation=draft.conversation, author=draft.author, kind=draft.kind)
    if stored.pk != draft.pk:
        raise StaleDraft(stored)


@transaction.atomic
def discard_draft(*, conversation: Conversation, author: User, kind: str, token: str | None = None) -> bool:
    """Throw a draft away; return whether there was one.

    With ``token`` only the state of the draft that it names. Raises StaleDraft when it was changed since.
    """
    drafts = Draft.objects.select_for_update().filter(conversation=conversation, author=author, kind=kind)
    draft = drafts.first()
    if draft is None:
        return False
    if token is not None and token != draft.token:
        raise StaleDraft(draft)
    draft.delete()
    poke(drafts_topic(conversation))
    return True


def refuse_gone_draft(*, conversation: Conversation, author: User, kind: str, token: str | None, seen_seq: int) -> None:
    """Stop what was written from a draft that is gone: a second window would say the same again. Raises DraftGone."""
    if not token or Draft.objects.filter(conversation=conversation, author=author, kind=kind).exists():
        return
    own = Message.objects.filter(conversation=conversation, author=author, kind=kind, seq__gt=seen_seq)
    raise DraftGone(list(own.select_related("author").order_by("seq")))


def drop_sent_draft(*, conversation: Conversation, author: User, kind: str, text: str, token: str | None) -> None:
    """Delete the draft of what has just been sent; another text, kept from another window since, stays a draft."""
    for draft in Draft.objects.select_for_update().filter(conversation=conversation, author=author, kind=kind):
        if token is None or token == draft.token or draft.text.strip() == text.strip():
            draft.delete()
            poke(drafts_topic(conversation))
