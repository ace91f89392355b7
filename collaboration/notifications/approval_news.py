"""What is said about approvals, and to whom. Each function may run twice."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_noop

from collaboration.approvals import kinds
from collaboration.models import ApprovalComment, ApprovalRequest
from collaboration.notifications.notifying import Words, notify
from collaboration.selectors.people import who_may
from engagement.village.models import User

State = ApprovalRequest.State


def of_request(*, request_id: UUID, step: int, now: datetime) -> None:
    """To everybody who may decide in this step, while it waits for them."""
    request = _request(request_id)
    if not request.is_open or request.step != step:
        return
    title: Words = (gettext_noop("%(name)s asks for approval: %(what)s"), _values(request))
    for person in reviewers_of(request):
        _tell(person, "approval.requested", title, request.comment, request, f"{step}:requested", now)


def of_decision(*, request_id: UUID, reviewer_id: UUID, now: datetime) -> None:
    """To the author: approved, refused with the reason, or one of several has agreed."""
    request = _request(request_id)
    decision = request.decisions.filter(reviewer=reviewer_id).select_related("reviewer").latest("key")
    values = {"reviewer": str(decision.reviewer)}
    if decision.verdict == "refused":
        title: Words = (gettext_noop("%(reviewer)s refused: %(what)s"), {**values, **_values(request)})
    elif request.is_open:
        title = (gettext_noop("%(reviewer)s agrees; others decide too: %(what)s"), {**values, **_values(request)})
    else:
        title = (gettext_noop("%(reviewer)s approved: %(what)s"), {**values, **_values(request)})
    key = f"{decision.step}:{decision.reviewer_id}:decided"
    _tell(request.requester, "approval.decided", title, decision.reason, request, key, now)


def of_end(*, request_id: UUID, state: str, actor_id: UUID | None, now: datetime) -> None:
    """To the author: changed by a colleague, or expired. Not when they did it themselves."""
    request = _request(request_id)
    if actor_id == request.requester_id or state == State.WITHDRAWN:
        return
    if state == State.EXPIRED:
        title: Words = (gettext_noop("The approval has expired: %(what)s"), _values(request))
    elif state == State.REVOKED:
        values = {"reviewer": str(request.closed_by or ""), **_values(request)}
        title = (gettext_noop("%(reviewer)s withdrew the approval: %(what)s"), values)
    else:
        title = (gettext_noop("It was changed, so it needs a new approval: %(what)s"), _values(request))
    _tell(request.requester, "approval.decided", title, "", request, state, now)


def of_overdue(*, request_id: UUID, now: datetime) -> None:
    """To everybody who may decide, and to the author."""
    request = _request(request_id)
    if not request.is_open:
        return
    title: Words = (gettext_noop("Nobody has decided in time: %(what)s"), _values(request))
    for person in [*reviewers_of(request), request.requester]:
        _tell(person, "approval.overdue", title, request.comment, request, f"{request.step}:overdue", now)


def of_comment(*, comment_id: UUID, now: datetime) -> None:
    """To the author of the request and to those who commented or decided before; not to who says it."""
    comment = ApprovalComment.objects.select_related("author").get(pk=comment_id)
    request = _request(comment.request_id)
    values = {"author": str(comment.author)}
    title: Words = (gettext_noop("%(author)s comments on %(what)s"), {**values, **_values(request)})
    spoke = ApprovalComment.objects.filter(request=request).order_by().values("author")
    decided = request.decisions.order_by().values("reviewer")
    people = User.objects.filter(pk__in=spoke) | User.objects.filter(pk__in=decided)
    for person in {request.requester, *people} - {comment.author}:
        _tell(person, "approval.comment", title, comment.text, request, f"comment:{comment.pk}", now)


def reviewers_of(request: ApprovalRequest) -> Iterable[User]:
    """Return who may decide in the request's present step."""
    wrote = [person.pk for person in kinds.contributors_of(request)]
    return who_may("collaboration.decide_approval", request.permission).exclude(pk__in=[request.requester_id, *wrote])


def _request(request_id: UUID) -> ApprovalRequest:
    return ApprovalRequest.objects.select_related("requester", "closed_by").get(pk=request_id)


def _values(request: ApprovalRequest) -> dict[str, Any]:
    """The subject's title is asked for when it is said, under the language of whoever hears it."""
    return {"name": str(request.requester), "what": lazy(_title_of, str)(request)}


def _title_of(request: ApprovalRequest) -> str:
    return kinds.describe([request])[request.pk].title


def _tell(
    person: User, kind: str, title: Words, text: Words, request: ApprovalRequest, key: str, now: datetime
) -> None:
    url = reverse("collaboration:review", args=[request.pk])
    dedupe = f"approval:{request.pk}:{key}"
    notify(person=person, kind=kind, title=title, text=text, url=url, dedupe_key=dedupe, now=now)
