"""A conversation whose assignee left, or may not open it any more, is for whoever works on its queue."""

from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_noop

from collaboration.notifications import notify
from conversations.actions.assign import may_work
from conversations.models import Conversation
from conversations.previews import read_preview
from conversations.selectors.people import who_work
from engagement.village.models import User

MAX_NOTIFIED = 50  # people of one queue who hear of one conversation


def release_from_leaver(conversation: Conversation) -> User | None:
    """Leave a locked conversation to nobody if its assignee cannot go on with it; return who had it.

    The caller has read the assignee with it, and saves it.
    """
    assignee = conversation.assignee
    if assignee is None or (assignee.is_active and may_work(assignee, conversation.queue_id)):
        return None
    conversation.assignee = None
    conversation.version += 1
    return assignee


def notify_of_release(*, conversation_id: UUID, person_id: UUID, now: datetime) -> None:
    """Tell who works on its queue, unless somebody took the conversation meanwhile. May run twice."""
    conversation = Conversation.objects.select_related("queue", "profile", "endpoint").get(pk=conversation_id)
    if conversation.assignee_id is not None:
        return
    left = User.objects.get(pk=person_id)
    name = conversation.profile.name or conversation.endpoint.address
    for person in who_work(conversation.queue)[:MAX_NOTIFIED]:
        notify(
            person=person,
            kind="conversation.released",
            title=(
                gettext_noop("%(customer)s wrote. %(name)s does not work on it any more: it is unassigned"),
                {"customer": name, "name": str(left)},
            ),
            text=read_preview(conversation.preview),
            url=reverse("conversations:conversation", args=[conversation.pk]),
            dedupe_key=f"released:{conversation.pk}:{person_id}",
            now=now,
        )
