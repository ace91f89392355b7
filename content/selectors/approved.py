"""What may be sent: the newest revision of a template whose approval holds."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from collaboration.approvals import approved as holding
from collaboration.models import ApprovalRequest
from content.approval import KIND
from content.models import Revision


def approval_of(revision: Revision) -> ApprovalRequest | None:
    """Return the newest request about exactly this revision's content, or None. One query."""
    asked = ApprovalRequest.objects.filter(
        kind=KIND, subject_id=revision.template_id, content_hash=revision.content_hash
    )
    return asked.order_by("-key").first()


def revision_of(template_id: UUID, now: datetime) -> Revision | None:
    """Return the newest approved revision of a template, or None. Two queries."""
    return revisions_of([template_id], now).get(template_id)


def revisions_of(template_ids: Iterable[UUID], now: datetime) -> dict[UUID, Revision]:
    """Return the newest approved revision of each template that has one. Two queries for any number of them."""
    written = Revision.objects.filter(template__in=list(template_ids)).order_by("template_id", "-number")
    revisions = list(written.select_related("author", "channel"))
    approved = holding([revision.content_hash for revision in revisions], now)
    found: dict[UUID, Revision] = {}
    for revision in revisions:
        if revision.content_hash in approved:
            found.setdefault(revision.template_id, revision)
    return found
