"""Erase a person: what goes, by a typed confirmation, and how far it is."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from engagement.organization.current import current_organization
from engagement.profiles.models import DataRequest, Erasure
from engagement.profiles.rights import erasing, holding_back, holdings
from engagement.profiles.rights.filing import RequestRefused
from engagement.profiles.rights.forms import ErasureForm
from engagement.profiles.rights.subjects import called, subject_of
from engagement.profiles.rights.views.answering import ANSWERS, SEES, shown
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of

_BEGUN = gettext_lazy("It has begun. Nothing is left of them in a few moments.")
_NOTED = gettext_lazy("Written down. Nothing is erased until somebody else confirms it too.")


@requires(SEES, ANSWERS)
@require_http_methods(["GET", "HEAD", "POST"])
def erasure(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What would go, in numbers; a POST with the person's name begins. Raises Http404."""
    row = shown(pk)
    if row.kind != DataRequest.Kind.ERASURE or not row.is_waiting or Erasure.objects.filter(request=row).exists():
        return redirect("profiles:request", pk)
    subject = subject_of(row.profile_id)
    form = ErasureForm(request.POST if request.method == "POST" else None, wanted=called(row.profile))
    if request.method == "POST" and form.is_valid():
        try:
            begun = erasing.confirm(
                request_id=pk, actor=person_of(request), now=timezone.now(), origin=origin_of(request)
            )
        except RequestRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _BEGUN if begun else _NOTED)
        return redirect("profiles:request", pk)
    found, first = list(holdings.counts(subject)), erasing.first_of(row)
    context = {
        "row": row,
        "form": form,
        "wanted": form.wanted,
        "goes": [(one, number) for one, number in found if one.erase],
        "stays": [(one, number) for one, number in found if not one.erase],
        "four_eyes": current_organization().erasure_requires_two,
        "first": first,
        "is_first": first == person_of(request),
        "holds": holding_back.standing(subject.family, timezone.now()),
    }
    return render(request, "profiles/rights/erasure.html", context, status=422 if form.errors else 200)


@requires(SEES, ANSWERS)
@require_safe
def erasure_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The fragment that says how far it is. Raises Http404."""
    found = Erasure.objects.filter(request_id=pk).first()
    if found is None:
        raise Http404("nobody is being erased")
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("profiles:request", pk)
    return render(request, "profiles/rights/parts/erasing.html", {"row": shown(pk), "erasure": found})
