"""What author and reviewers say to one another about a request."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from collaboration.approvals.errors import ApprovalRefused
from collaboration.approvals.telling import poke_request
from collaboration.models import ApprovalComment, ApprovalRequest
from engagement.events.catalogue import ApprovalCommented
from engagement.events.outbox import publish
from engagement.village.models import User

LONGEST = 5_000  # characters


class CommentRefused(ApprovalRefused):
    """The comment is empty or too long."""


@transaction.atomic
def comment(*, request_id: UUID, author: User, text: str, client_key: str, now: datetime) -> ApprovalComment:
    """Say something about a request that the author may see. The same ``client_key`` again returns the first.

    Raises CommentRefused.
    """
    text = text.replace("\x00", "").strip()
    if not text:
        raise CommentRefused(_("Write something first."))
    if len(text) > LONGEST:
        raise CommentRefused(_("A comment holds at most 5,000 characters."))
    request = ApprovalRequest.objects.visible_to(author).lock(request_id)
    made, is_new = ApprovalComment.objects.get_or_create(
        request=request, client_key=client_key, defaults={"author": author, "text": text, "created_at": now}
    )
    if is_new:
        event = ApprovalCommented(request_id=request.pk, comment_id=made.pk, author_id=author.pk, at=now)
        publish(event, now=now)
        poke_request(request)
    return made
