"""The queue, and what one person asked; writing a request down, setting and lifting legal holds."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagement.profiles.family import family_of
from engagement.profiles.models import LegalHold, Profile
from engagement.profiles.rights import holding_back, queue
from engagement.profiles.rights.filing import RequestRefused, file_request
from engagement.profiles.rights.forms import FilingForm, LegalHoldForm, ReasonForm
from engagement.ui.cursors import BadCursor
from engagement.village.access import person_of, require_permission, requires
from engagement.village.audit import origin_of


@requires("profiles.view_datarequest", "profiles.answer_datarequest")
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """What waits, due first; or what is closed, the last first. Raises Http404."""
    closed = request.GET.get("of") == "closed"
    try:
        rows, cursor = queue.page(closed=closed, cursor=request.GET.get("after", ""))
    except BadCursor as error:
        raise Http404(str(error)) from error
    context = {
        "rows": rows,
        "cursor": cursor,
        "closed": closed,
        "is_continued": bool(request.GET.get("after")),
        "now": timezone.now(),
    }
    return render(request, "profiles/rights/requests.html", context)


@requires("profiles.view_profile", "profiles.view_datarequest")
@require_http_methods(["GET", "HEAD", "POST"])
def person_requests(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a person asked, what holds their data; who may, writes a request down here. Raises Http404."""
    if request.method == "POST":
        require_permission(request, "profiles.add_datarequest")
    person = get_object_or_404(Profile, pk=pk, canonical=None)
    form = FilingForm(request.POST if request.method == "POST" else None, person=person)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = file_request(
                profile_id=pk,
                kind=given["kind"],
                via=given["via"],
                words=given["words"],
                law=given["law"],
                law_reason=given["law_reason"],
                received_at=form.received_at,
                actor=person_of(request),
                now=timezone.now(),
                origin=origin_of(request),
            )
        except RequestRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Written down. A counselor answers it."))
            return redirect("profiles:request", made.pk)
    return _person_page(request, person, form, LegalHoldForm())


def _person_page(request: HttpRequest, person: Profile, form: FilingForm, hold_form: LegalHoldForm) -> HttpResponse:
    family, now = family_of(person.pk), timezone.now()
    context = {
        "person": person,
        "form": form,
        "hold_form": hold_form,
        "lift_form": ReasonForm(),
        "rows": queue.of_person(family),
        "holds": holding_back.standing(family, now) if request.user.has_perm("profiles.view_legalhold") else [],
        "now": now,
    }
    wrong = form.errors or hold_form.errors
    return render(request, "profiles/rights/person_requests.html", context, status=422 if wrong else 200)


@requires("profiles.view_profile", "profiles.view_datarequest", "profiles.add_legalhold")
@require_POST
def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Set a legal hold on a person. Raises Http404."""
    person = get_object_or_404(Profile, pk=pk, canonical=None)
    form = LegalHoldForm(request.POST)
    if form.is_valid():
        try:
            holding_back.hold(
                profile_id=pk,
                reason=form.cleaned_data["reason"],
                ends_at=form.ends_at,
                actor=person_of(request),
                now=timezone.now(),
                origin=origin_of(request),
            )
        except RequestRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Held. Nothing of them is erased."))
            return redirect("profiles:person-requests", pk)
    return _person_page(request, person, FilingForm(person=person), form)


@requires("profiles.view_legalhold", "profiles.change_legalhold")
@require_POST
def lifting(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Lift a legal hold. Raises Http404."""
    row = get_object_or_404(LegalHold, pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why the hold is lifted."))
        return redirect("profiles:person-requests", row.profile_id)
    holding_back.lift(
        hold_id=pk,
        reason=form.cleaned_data["reason"],
        actor=person_of(request),
        now=timezone.now(),
        origin=origin_of(request),
    )
    messages.success(request, _("Lifted. What it held back waits in the queue again."))
    return redirect("profiles:person-requests", row.profile_id)
