"""The revisions of a template with what became of each."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collaboration.models import ApprovalDecision, ApprovalRequest
from content.approval import KIND
from content.models import Revision, Template


@dataclass(frozen=True, slots=True)
class Standing:
    """A revision and the newest request about its words; None when nobody asked."""

    revision: Revision
    request: ApprovalRequest | None
    decision: ApprovalDecision | None

    @property
    def state(self) -> str:
        """The state of that request, or nothing."""
        return self.request.state if self.request else ""


def history(template: Template, *, limit: int = 200) -> list[Standing]:
    """Return the newest revisions first. Three queries."""
    revisions = list(template.revisions.select_related("author").order_by("-number")[:limit])
    requests = _requests(template.pk)
    decisions = _decisions(requests)
    return [
        Standing(revision, request, decisions.get(request.pk) if request else None)
        for revision in revisions
        for request in [requests.get(revision.content_hash)]
    ]


def _requests(template_id: UUID) -> dict[str, ApprovalRequest]:
    """The newest request by hash."""
    asked = (
        ApprovalRequest.objects.filter(kind=KIND, subject_id=template_id).select_related("requester").order_by("key")
    )
    return {request.content_hash: request for request in asked}


def _decisions(requests: dict[str, ApprovalRequest]) -> dict[UUID, ApprovalDecision]:
    """The last decision by request."""
    keys = [request.pk for request in requests.values()]
    made = ApprovalDecision.objects.filter(request__in=keys).select_related("reviewer").order_by("key")
    return {decision.request_id: decision for decision in made}


def revision_with_hash(template_id: UUID, content_hash: str) -> Revision | None:
    """Return the newest revision of a template that has this hash."""
    found = Revision.objects.filter(template=template_id, content_hash=content_hash).order_by("-number")
    return found.select_related("author", "template__channel").prefetch_related("variants").first()


def approved_before(revision: Revision) -> tuple[Revision | None, datetime | None]:
    """Return the last revision before this one that was ever approved, and when. Two queries."""
    decided = ApprovalDecision.objects.filter(
        request__kind=KIND, request__subject_id=revision.template_id, verdict=ApprovalDecision.Verdict.APPROVED
    )
    when = dict(decided.order_by("key").values_list("seen_hash", "decided_at"))
    earlier = Revision.objects.filter(template=revision.template_id, number__lt=revision.number)
    found = earlier.filter(content_hash__in=when).order_by("-number").prefetch_related("variants").first()
    return found, when.get(found.content_hash) if found else None
