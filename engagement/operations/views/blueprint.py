"""The blueprint: map, list, changes and versions."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagement.operations.actions import blueprint as actions
from engagement.operations.blueprint_forms import VersionForm
from engagement.operations.models import BlueprintVersion, Component, Requirement
from engagement.operations.selectors.blueprint import draw, read_blueprint
from engagement.operations.selectors.blueprint_changes import compare, recent_changes
from engagement.operations.selectors.blueprint_mermaid import write_mermaid
from engagement.operations.selectors.coverage import coverage_of
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of

VIEWS = ("map", "list", "changes")
DRAW = "operations.add_component"
MAX_SHOWN_REQUIREMENTS = 6


@requires("operations.view_component")
@require_safe
def blueprint(request: HttpRequest) -> HttpResponse:
    """The map, the list, or the changes (``?view=``); the part ``#blueprint`` alone for htmx."""
    view = request.GET.get("view", "map")
    if view not in VIEWS:
        raise Http404(view)
    return _page(request, view, VersionForm())


def _page(request: HttpRequest, view: str, form: VersionForm) -> HttpResponse:
    now = timezone.now()
    drawn = read_blueprint(now=now)
    context: dict[str, Any] = {"blueprint": drawn, "view": view, "now": now, "topic": actions.TOPIC, "form": form}
    if view == "changes":
        context["changes"] = recent_changes()
        context["versions"] = BlueprintVersion.objects.defer("content").select_related("author")
        context["deleted"] = Component.objects.exclude(deleted_at=None).order_by("-deleted_at")[:20]
    else:
        coverage = coverage_of(requirements=Requirement.objects.current(), now=now, blueprint=drawn)
        context["coverage"] = coverage[:MAX_SHOWN_REQUIREMENTS]
        context["requirement_count"] = len(coverage)
        context["met_count"] = sum(one.is_met for one in coverage)
        context["gap_count"] = sum(one.state == "gap" for one in coverage)
        context["drawing"] = draw(drawn)
    is_part = request.headers.get("HX-Target", "").endswith("#blueprint")
    name = "operations/blueprint/blueprint.html" + ("#blueprint" if is_part else "")
    return render(request, name, context, status=422 if form.errors else 200)


@requires("operations.view_component")
@require_safe
def mermaid(request: HttpRequest) -> HttpResponse:
    """The blueprint as a Mermaid flowchart."""
    response = HttpResponse(write_mermaid(read_blueprint(now=timezone.now())), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="blueprint.mmd"'
    return response


@requires("operations.view_component")
@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """The map alone, with its list, for printing and saving as PDF."""
    drawn = read_blueprint(now=timezone.now())
    context = {"blueprint": drawn, "drawing": draw(drawn), "now": timezone.now()}
    return render(request, "operations/blueprint/print.html", context)


@requires(DRAW)
@require_POST
def reference(request: HttpRequest) -> HttpResponse:
    """Start from the reference architecture."""

    def act() -> str:
        count = actions.start_from_reference(actor=person_of(request), now=timezone.now(), origin=origin_of(request))
        return _("%(count)d components were drawn. Delete those that you do not have.") % {"count": count}

    return _attempt(request, act)


@requires(DRAW)
@require_POST
def sources(request: HttpRequest) -> HttpResponse:
    """Add what works and is not drawn: one component (``key``) or one link (``origin``, ``target``)."""
    person, now, origin = person_of(request), timezone.now(), origin_of(request)

    def act() -> str:
        if "key" in request.POST:
            made = actions.document_source(key=request.POST["key"], actor=person, now=now, origin=origin)
            return _("“%(component)s” is on the blueprint.") % {"component": made.name}
        actions.document_flow(
            origin_key=request.POST.get("origin", ""),
            target_key=request.POST.get("target", ""),
            actor=person,
            now=now,
            origin=origin,
        )
        return _("The link is on the blueprint.")

    return _attempt(request, act)


def _attempt(request: HttpRequest, act: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, act())
    except actions.BlueprintRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("operations:blueprint")


@requires("operations.add_blueprintversion")
@require_POST
def versions(request: HttpRequest) -> HttpResponse:
    """Save the blueprint as it is now as a version."""
    form = VersionForm(request.POST)
    if not form.is_valid():
        return _page(request, "changes", form)
    version = actions.save_version(
        name=form.cleaned_data["name"], actor=person_of(request), now=timezone.now(), origin=origin_of(request)
    )
    messages.success(request, _("Version %(number)d is saved.") % {"number": version.number})
    return redirect("operations:blueprint-version", version.number)


@requires("operations.view_component")
@require_safe
def version(request: HttpRequest, number: int) -> HttpResponse:
    """What changed between a version and a later one (``?with=``), or the blueprint of now."""
    shown = get_object_or_404(BlueprintVersion.objects.select_related("author"), number=number)
    given = request.GET.get("with", "")
    other = get_object_or_404(BlueprintVersion, number=given) if given.isdigit() and len(given) < 9 else None
    after = other.content if other is not None else actions.take_snapshot()
    context = {
        "version": shown,
        "other": other,
        "versions": BlueprintVersion.objects.defer("content").exclude(pk=shown.pk),
        "differences": compare(shown.content, after),
    }
    return render(request, "operations/blueprint/version.html", context)
