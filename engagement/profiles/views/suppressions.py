"""Addresses that must not be written to."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from engagement.profiles.actions import suppress as actions
from engagement.profiles.actions import suppress_list
from engagement.profiles.forms import SuppressionForm, SuppressionListForm
from engagement.profiles.models import Suppression
from engagement.profiles.selectors.suppressions import lists_of
from engagement.profiles.views.people import key_in
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of

PAGE = 50


@requires("profiles.view_suppression")
@require_http_methods(["GET", "HEAD", "POST"])
def suppressions(request: HttpRequest) -> HttpResponse:
    """Every suppression, the newest first; only hashes are kept, so no address stands here. Raises Http404."""
    form = SuppressionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not request.user.has_perm("profiles.add_suppression"):
            raise PermissionDenied
        if form.is_valid():
            given = {name: form.cleaned_data[name] for name in ("kind", "address", "purpose", "reason")}
            actions.suppress(
                **given,
                starts_at=form.starts_at,
                source="staff",
                actor=person_of(request),
                now=timezone.now(),
                origin=origin_of(request),
            )
            messages.success(request, _("Nothing of it leaves to that address any more."))
            return redirect("profiles:suppressions")
    found = Suppression.objects.select_related("actor").order_by("-key")
    after = request.GET.get("after", "")
    rows = list((found.filter(key__lt=key_in(after)) if after else found)[: PAGE + 1])
    context = {
        "form": form,
        "list_form": SuppressionListForm(auto_id="list-%s"),
        "lists": lists_of(),
        "rows": rows[:PAGE],
        "next_key": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "now": timezone.now(),
    }
    return render(request, "profiles/suppressions.html", context, status=422 if form.errors else 200)


@requires("profiles.view_suppression", "profiles.add_suppression")
@require_POST
def block_list(request: HttpRequest) -> HttpResponse:
    """Keep the numbers of a file; or with ``ended=1`` end the list of that name."""
    by: dict[str, Any] = {"actor": person_of(request), "now": timezone.now(), "origin": origin_of(request)}
    if request.POST.get("ended"):
        suppress_list.end_list(name=request.POST.get("name", "")[:40], **by)
        messages.success(request, _("Ended. Its numbers may be written to again."))
        return redirect("profiles:suppressions")
    form = SuppressionListForm(request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data
        try:
            taken = suppress_list.add_list(name=given["name"], file=given["file"].file, starts_at=form.starts_at, **by)
        except suppress_list.ListRefused as refusal:
            messages.error(request, str(refusal))
        else:
            words = _("%(added)d numbers added, %(known)d stood there already, %(refused)d lines hold no number.")
            facts = {"added": taken.added, "known": taken.known, "refused": taken.refused}
            messages.success(request, words % facts)
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("profiles:suppressions")


@requires("profiles.view_suppression", "profiles.change_suppression")
@require_POST
def lifting(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Lift a suppression. Raises Http404."""
    row = get_object_or_404(Suppression, pk=pk)
    actions.lift(suppression_id=row.pk, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
    messages.success(request, _("Lifted. The address may be written to again."))
    return redirect("profiles:suppressions")
