"""A handoff: read it, take it, send it back, withdraw it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collaboration.forms import ReasonForm
from collaboration.handoffs import HandoffRefused, MissingReason, accept, bounce, kinds, withdraw
from collaboration.models import Handoff
from collaboration.notifications.seeing import see_about
from collaboration.selectors import work
from engagement.village.access import person_of, requires
from engagement.village.models import Department

VIEW, CHANGE = "collaboration.view_handoff", "collaboration.change_handoff"


@requires(VIEW)
@require_safe
def handoff(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One handoff: summary, facts, what was said last, how long each step took."""
    see_about(person=person_of(request), url=reverse("collaboration:handoff", args=[pk]), now=timezone.now())
    return _draw(request, pk)


def _draw(request: HttpRequest, pk: UUID, *, error: str = "", status: int = 200) -> HttpResponse:
    person, now = person_of(request), timezone.now()
    shown = get_object_or_404(Handoff.objects.visible_to(person), pk=pk)
    (row,) = work.handoff_rows(Handoff.objects.filter(pk=shown.pk))
    kind = kinds.kind_of(shown.subject_type)
    is_mine = person.is_superuser or Department.objects.filter(people=person, pk=shown.to_department_id).exists()
    context = {
        "row": row,
        "handoff": row.handoff,
        "error": error,
        "panel_template": kind.panel_template,
        "panel": kind.panel_context(row.handoff, person) if kind.panel_context else {},
        "may_answer": is_mine and person.has_perm(CHANGE),
        "may_withdraw": row.handoff.offered_by_id == person.pk,
        "waited": row.handoff.waits(now),
        "now": now,
    }
    return render(request, "collaboration/handoff.html", context, status=status)


@requires(CHANGE)
@require_POST
def acceptance(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take it; then to what was handed over, which is in your hands now. 409 when a colleague was faster."""
    person = person_of(request)
    shown = get_object_or_404(Handoff.objects.visible_to(person), pk=pk)
    try:
        taken = accept(handoff_id=shown.pk, actor=person, now=timezone.now())
    except HandoffRefused as refusal:
        return _draw(request, pk, error=str(refusal), status=409)
    messages.success(request, _("It is yours now."))
    about = kinds.describe([(taken.subject_type, taken.subject_id)]).get(taken.subject_id)
    return redirect(about.url if about and about.url else reverse("collaboration:handoff", args=[pk]))


@requires(CHANGE)
@require_POST
def refusal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send it back with a reason; whoever offered it reads it. 422 without one."""
    person, form = person_of(request), ReasonForm(request.POST)
    shown = get_object_or_404(Handoff.objects.visible_to(person), pk=pk)
    try:
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        bounce(handoff_id=shown.pk, actor=person, reason=reason, now=timezone.now())
    except HandoffRefused as refused:
        return _draw(request, pk, error=str(refused), status=422 if isinstance(refused, MissingReason) else 409)
    messages.success(request, _("Sent back. %(name)s reads your reason.") % {"name": shown.offered_by})
    return redirect("collaboration:work")


@requires(CHANGE)
@require_POST
def withdrawal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take one's own offer back."""
    person = person_of(request)
    shown = get_object_or_404(Handoff.objects.visible_to(person), pk=pk)
    try:
        withdraw(handoff_id=shown.pk, actor=person, now=timezone.now())
    except HandoffRefused as refused:
        return _draw(request, pk, error=str(refused), status=409)
    messages.success(request, _("Withdrawn. It stays where it is."))
    return redirect("collaboration:handoff", pk=pk)
