"""The review queue: what waits for a decision, oldest first, and one request with all that belongs to it."""

import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collaboration.approvals import ApprovalRefused, MissingReason, decide, revoke_approval, withdraw
from collaboration.approvals.commenting import comment
from collaboration.approvals.deciding import waive
from collaboration.forms import CommentForm, DecisionForm, WaiverForm
from collaboration.models import ApprovalRequest
from collaboration.notifications.seeing import see_about
from collaboration.selectors import reviews
from engagement.village.access import person_of, require_permission, requires

VIEW, DECIDE = "collaboration.view_approvalrequest", "collaboration.decide_approval"


@requires(VIEW)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The queue with its oldest request open; as a fragment the queue alone."""
    if request.htmx:  # type: ignore[attr-defined]
        context = _queue_context(request, current=request.GET.get("current", ""))
        return render(request, "collaboration/review.html#queue", context)
    waiting = ApprovalRequest.objects.waiting_for(person_of(request)).oldest_first().first()
    return _page(request, waiting or _seen(request).open().oldest_first().first())


@requires(VIEW)
@require_safe
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One request beside the queue; as a fragment the part that htmx asks for."""
    shown = get_object_or_404(_seen(request), pk=pk)
    now = timezone.now()
    see_about(person=person_of(request), url=reverse("collaboration:review", args=[pk]), now=now)
    part = request.headers.get("HX-Target", "").partition("#")[2] if request.htmx else ""  # type: ignore[attr-defined]
    if part in ("standing", "talk", "decision", "rules"):
        return render(request, f"collaboration/review.html#{part}", _review_context(request, shown))
    return _page(request, shown)


@requires(DECIDE)
@require_POST
def decisions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Approve or refuse; then the next request that waits. 422 with the page when something is wrong with it."""
    shown, form = get_object_or_404(_seen(request), pk=pk), DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, error=_("Choose: approve, or refuse with a reason."), status=422)
    reviewer, said = person_of(request), form.cleaned_data
    try:
        decided = decide(request_id=pk, reviewer=reviewer, now=timezone.now(), **said)
    except ApprovalRefused as refusal:
        status = 422 if isinstance(refusal, MissingReason) else 409
        return _page(request, shown, error=str(refusal), reason=said["reason"], status=status)
    messages.success(request, _decided_words(decided, said["verdict"]))
    following = ApprovalRequest.objects.waiting_for(reviewer).oldest_first().first()
    return redirect("collaboration:review", pk=following.pk if following else pk)


@requires(DECIDE)
@require_POST
def waivers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Set a blocking rule aside, with a reason."""
    shown, form = get_object_or_404(_seen(request), pk=pk), WaiverForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, error=_("Choose a rule."), status=422)
    try:
        waive(request_id=pk, reviewer=person_of(request), now=timezone.now(), **form.cleaned_data)
    except ApprovalRefused as refusal:
        status = 422 if isinstance(refusal, MissingReason) else 409
        return _page(request, shown, error=str(refusal), status=status)
    messages.success(request, _("The rule is waived for this request."))
    return redirect("collaboration:review", pk=pk)


@requires(VIEW)
@require_POST
def comments(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say something about a request; its author and its reviewers read it."""
    shown, form = get_object_or_404(_seen(request), pk=pk), CommentForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, error=_("Something in the form was not understood."), status=422)
    try:
        comment(request_id=pk, author=person_of(request), now=timezone.now(), **form.cleaned_data)
    except ApprovalRefused as refusal:
        return _page(request, shown, error=str(refusal), status=422)
    return redirect(reverse("collaboration:review", args=[pk]) + "#talk")


@requires(VIEW)
@require_POST
def withdrawal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take one's own request back."""
    shown = get_object_or_404(ApprovalRequest.objects.filter(requester=person_of(request)), pk=pk)
    try:
        withdraw(request_id=pk, actor=person_of(request), now=timezone.now())
    except ApprovalRefused as refusal:
        return _page(request, shown, error=str(refusal), status=409)
    messages.success(request, _("Withdrawn. Nobody is asked any more."))
    return redirect("collaboration:review", pk=pk)


@requires(DECIDE)
@require_POST
def revocation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Withdraw an approval that was given; campaigns that are under way with it are paused. 422 without a reason."""
    shown, reviewer = get_object_or_404(_seen(request), pk=pk), person_of(request)
    require_permission(request, shown.permission)
    reason = request.POST.get("reason", "")
    try:
        revoke_approval(request_id=pk, actor=reviewer, reason=reason, now=timezone.now())
    except ApprovalRefused as refusal:
        status = 422 if isinstance(refusal, MissingReason) else 409
        return _page(request, shown, error=str(refusal), reason=reason, status=status)
    messages.success(request, _("The approval is withdrawn. Campaigns under way with it are paused."))
    return redirect("collaboration:review", pk=pk)


def _seen(request: HttpRequest) -> Any:
    return ApprovalRequest.objects.visible_to(person_of(request))


def _decided_words(decided: ApprovalRequest, verdict: str) -> str:
    if verdict == "refused":
        return _("Refused. The author reads your reason.")
    return _("Approved. It still waits for others.") if decided.is_open else _("Approved, exactly as you read it.")


def _queue_context(request: HttpRequest, *, current: object) -> dict[str, Any]:
    person = person_of(request)
    queue = reviews.queue(person, _number(request, "page"))
    shows_closed = not person.has_perm(DECIDE) or not queue.count
    closed = reviews.closed(person, _number(request, "decided")) if shows_closed else reviews.Page([], 0)
    return {"queue": queue, "closed": closed, "current": str(current), "now": timezone.now()}


def _number(request: HttpRequest, name: str) -> int:
    """The number of a page in the address; what is none is the first."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _review_context(request: HttpRequest, shown: ApprovalRequest) -> dict[str, Any]:
    seen = reviews.review(request=shown, reader=person_of(request))
    return {
        "review": seen,
        "approval": seen.row.request,
        "about": seen.row.about,
        "client_key": uuid.uuid4().hex,
        "now": timezone.now(),
    }


def _page(
    request: HttpRequest, shown: ApprovalRequest | None, *, error: str = "", reason: str = "", status: int = 200
) -> HttpResponse:
    context = _queue_context(request, current=shown.pk if shown else "") | {"error": error, "reason": reason}
    if shown is not None:
        context |= _review_context(request, shown)
    return render(request, "collaboration/review.html", context, status=status)
