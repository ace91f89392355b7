"""Addresses that must not be written to."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagement.profiles import spreadsheet_cells
from engagement.profiles.actions import block_list_file as files
from engagement.profiles.actions import suppress as actions
from engagement.profiles.actions import suppress_list
from engagement.profiles.forms import SuppressionForm, SuppressionListForm
from engagement.profiles.models import BlockListFile, Suppression
from engagement.profiles.selectors.suppressions import files_of, lists_of
from engagement.profiles.views.people import key_in
from engagement.realtime.topics import sequences
from engagement.village.access import person_of, require_permission, requires
from engagement.village.audit import origin_of

PAGE = 50


@requires("profiles.view_suppression")
@require_http_methods(["GET", "HEAD", "POST"])
def suppressions(request: HttpRequest) -> HttpResponse:
    """Every suppression, the newest first; only hashes are kept, so no address stands here. Raises Http404."""
    form = SuppressionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        require_permission(request, "profiles.add_suppression")
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
        "files": files_of(),
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
        files.end_list(name=request.POST.get("name", "")[:40], **by)
        messages.success(request, _("Ended. Its numbers may be written to again."))
        return redirect("profiles:suppressions")
    form = SuppressionListForm(request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data
        facts = {"name": given["name"], "file": given["file"].file, "starts_at": form.starts_at, **by}
        try:
            if given["file"].size > files.AT_ONCE:
                held = files.take_file(size=given["file"].size, **facts)
                return redirect("profiles:block-list-file", held.pk)
            taken = suppress_list.add_list(**facts)
        except suppress_list.ListRefused as refusal:
            messages.error(request, str(refusal))
        else:
            words = _("%(added)d numbers added, %(known)d stood there already, %(refused)d lines hold no number.")
            counts = {"added": taken.added, "known": taken.known, "refused": taken.refused}
            messages.success(request, words % counts)
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("profiles:suppressions")


@requires("profiles.view_suppression", "profiles.add_suppression")
@require_safe
def block_list_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far a large block list is read, and what came of it. Raises Http404."""
    held = get_object_or_404(BlockListFile.objects.select_related("actor"), pk=pk)
    topic = f"block-list:{held.pk}"
    context = {"held": held, "topic": topic, "seq": sequences([topic]).get(topic, 0)}
    is_fragment = request.headers.get("HX-Target", "").endswith("#list-state")
    return render(request, "profiles/block_list.html#state" if is_fragment else "profiles/block_list.html", context)


@requires("profiles.view_suppression", "profiles.add_suppression")
@require_safe
def refused_lines(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The places of the lines that hold no number, as CSV. Raises Http404."""
    held = get_object_or_404(BlockListFile, pk=pk)
    rows: list[list[str]] = [
        [_("Line"), _("Why")],
        *([str(place), _("It begins with no number.")] for place in held.refused_lines),
    ]
    answer = HttpResponse("".join(spreadsheet_cells.lines(rows)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="refused-{held.pk}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


@requires("profiles.view_suppression", "profiles.change_suppression")
@require_POST
def lifting(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Lift a suppression. Raises Http404."""
    row = get_object_or_404(Suppression, pk=pk)
    actions.lift(suppression_id=row.pk, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
    messages.success(request, _("Lifted. The address may be written to again."))
    return redirect("profiles:suppressions")
