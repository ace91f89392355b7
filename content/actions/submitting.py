"""Ask for approval of exactly this revision, or take the question back."""

from datetime import datetime

from django.db import transaction

from collaboration.approvals import request, withdraw
from collaboration.models import ApprovalRequest
from content.actions.errors import Incomplete, NotTheAuthor
from content.actions.saving import save
from content.approval import KIND
from content.completeness import missing_from
from content.models import Template
from content.words import words_of
from engagement.village.models import User


@transaction.atomic
def submit(*, template: Template, author: User, comment: str, now: datetime) -> ApprovalRequest:
    """Save what is written and ask for its approval; an open request for the same words is returned as it is.

    Raises Broken, NothingToSave, Incomplete, NotTheAuthor: whoever wrote the words asks, so that they cannot decide.
    """
    current = Template.objects.lock(template.pk)
    missing = missing_from(current, [words_of(draft) for draft in current.drafts.all()])
    if missing:
        raise Incomplete(missing)
    revision = save(template=current, author=author, now=now)
    if revision.author_id != author.pk:
        raise NotTheAuthor(revision.author)
    return request(
        kind=KIND,
        subject_id=current.pk,
        content_hash=revision.content_hash,
        requester=author,
        comment=comment,
        now=now,
    )


@transaction.atomic
def take_back(*, template: Template, author: User, now: datetime) -> ApprovalRequest | None:
    """Withdraw the open request for a template, if the person asked; None when there is none.

    Raises collaboration.approvals.AlreadyDecided when a reviewer was faster.
    """
    asked = ApprovalRequest.objects.filter(kind=KIND, subject_id=template.pk, requester=author).order_by("-key")
    latest = asked.first()
    if latest is None:
        return None
    return withdraw(request_id=latest.pk, actor=author, now=now)
