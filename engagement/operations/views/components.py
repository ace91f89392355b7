"""Components and links of the blueprint."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagement.operations.actions import blueprint as actions
from engagement.operations.actions.comment import add_comment
from engagement.operations.blueprint_forms import (
    CommentTextForm,
    ComponentForm,
    GrantedComponentForm,
    GrantForm,
    LinkForm,
)
from engagement.operations.models import Component, Link, Requirement
from engagement.operations.object_grants import (
    CHANGE,
    builders_of,
    grant_component,
    may_change_component,
    revoke_component,
)
from engagement.operations.selectors.blueprint import read_blueprint
from engagement.operations.selectors.blueprint_changes import changes_of
from engagement.operations.selectors.coverage import coverage_of
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import AccessDenied, person_of, require_permission, requires
from engagement.village.audit import origin_of
from engagement.village.models import User

READ = "operations.view_component"


@requires(READ)
@require_safe
def component(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One component: its health, contract, neighbors, requirements, work and changes. A deleted one can be restored."""
    shown = get_object_or_404(Component.objects.select_related("owner", "department"), pk=pk)
    return _draw_component(request, shown)


def _draw_component(
    request: HttpRequest,
    shown: Component,
    *,
    comment: CommentTextForm | None = None,
    grant: GrantForm | None = None,
) -> HttpResponse:
    now, person = timezone.now(), person_of(request)
    blueprint = read_blueprint(now=now)
    is_drawn = shown.deleted_at is None
    requirements = Requirement.objects.current().filter(components=shown)
    context: dict[str, Any] = {
        "component": shown,
        "node": blueprint.node_of(shown) if is_drawn else None,
        "links": blueprint.links_of(shown) if is_drawn else [],
        "neighbors": blueprint.neighbors_of(shown) if is_drawn else [],
        "coverage": coverage_of(requirements=requirements, now=now, blueprint=blueprint) if is_drawn else [],
        "work_items": shown.work_items.filter(deleted_at=None).select_related("owner").order_by("-id")[:20],
        "comments": shown.comments.select_related("author").order_by("-id")[:50],
        "builders": builders_of(shown),
        "changes": changes_of(shown),
        "may_change": is_drawn and may_change_component(user=person, component=shown),
        "comment_form": comment or CommentTextForm(),
        "grant_form": grant or GrantForm(),
        "topic": actions.TOPIC,
        "now": now,
    }
    is_invalid = bool((comment and comment.errors) or (grant and grant.errors))
    return render(request, "operations/blueprint/component.html", context, status=422 if is_invalid else 200)


@requires("operations.add_component")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Draw a component."""
    layer = request.GET.get("layer", "")
    form = ComponentForm(request.POST or None, initial={"layer": layer} if layer else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_component(
                values=_values(form), actor=person_of(request), now=timezone.now(), origin=origin_of(request)
            )
        except actions.BlueprintRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("“%(component)s” is on the blueprint.") % {"component": made.name})
            return redirect("operations:component", made.pk)
    return _draw_form(request, form, None)


@requires(READ)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a component: everything with the right to all of them, its contract and status with a grant on it."""
    with rows_to_edit(request, Component.objects.current().filter(pk=pk)) as rows:
        shown = get_object_or_404(rows)
        person = person_of(request)
        if not may_change_component(user=person, component=shown):
            raise AccessDenied(CHANGE)
        form_class = ComponentForm if person.has_perm(CHANGE) else GrantedComponentForm
        form = form_class(request.POST or None, instance=shown)
        if request.method == "POST" and form.is_valid():
            try:
                actions.change_component(
                    component=shown, values=_values(form), actor=person, now=timezone.now(), origin=origin_of(request)
                )
            except actions.BlueprintRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Saved."))
                return redirect("operations:component", pk)
        return _draw_form(request, form, Component.objects.get(pk=pk))


def _values(form: ComponentForm | LinkForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in form.Meta.fields}


def _draw_form(request: HttpRequest, form: ComponentForm, shown: Component | None) -> HttpResponse:
    context = {"form": form, "component": shown}
    return render(request, "operations/blueprint/component_form.html", context, status=422 if form.errors else 200)


@requires("operations.delete_component")
@require_http_methods(["GET", "POST"])
def deletion(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what goes with a component, then delete it."""
    shown = get_object_or_404(Component.objects.current(), pk=pk)
    blueprint = read_blueprint(now=timezone.now())
    links = blueprint.links_of(shown)
    error = ""
    if request.method == "POST":
        seen = [UUID(id) for id in request.POST.getlist("link") if _is_uuid(id)]
        try:
            actions.delete_component(
                component=shown, seen=seen, actor=person_of(request), now=timezone.now(), origin=origin_of(request)
            )
        except actions.BlueprintRefused as refusal:
            error = str(refusal)
        else:
            messages.success(request, _("“%(component)s” is deleted.") % {"component": shown.name})
            return redirect("operations:component", pk)
    context = {
        "component": shown,
        "links": links,
        "requirements": Requirement.objects.current().filter(components=shown),
        "work_items": shown.work_items.filter(deleted_at=None).exclude(status="done"),
        "error": error,
    }
    return render(request, "operations/blueprint/deletion.html", context, status=409 if error else 200)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@requires("operations.delete_component")
@require_POST
def restoration(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Bring a deleted component back with its links."""
    shown = get_object_or_404(Component, pk=pk)
    try:
        actions.restore_component(
            component=shown, actor=person_of(request), now=timezone.now(), origin=origin_of(request)
        )
    except actions.BlueprintRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Restored."))
    return redirect("operations:component", pk)


@requires(READ, "operations.add_comment")
@require_POST
def comments(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Comment on a component."""
    shown = get_object_or_404(Component.objects.current(), pk=pk)
    form = CommentTextForm(request.POST)
    if not form.is_valid():
        return _draw_component(request, shown, comment=form)
    add_comment(subject=shown, text=form.cleaned_data["text"], author=person_of(request), now=timezone.now())
    return redirect(f"{request.path.removesuffix('comments/')}#comments")


@requires(READ, CHANGE)
@require_POST
def builders(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Grant a component to a builder (``person``), or take it back (``remove``)."""
    shown = get_object_or_404(Component.objects.current(), pk=pk)
    arguments: dict[str, Any] = {"actor": person_of(request), "now": timezone.now(), "origin": origin_of(request)}
    removed = request.POST.get("remove", "")
    if removed:
        if _is_uuid(removed):
            revoke_component(component=shown, person=get_object_or_404(User, pk=removed), **arguments)
        return redirect("operations:component", pk)
    form = GrantForm(request.POST)
    if not form.is_valid():
        return _draw_component(request, shown, grant=form)
    person = form.cleaned_data["person"]
    grant_component(component=shown, person=person, **arguments)
    messages.success(request, _("%(name)s may change it now.") % {"name": person.name})
    return redirect("operations:component", pk)


@requires("operations.add_link")
@require_http_methods(["GET", "POST"])
def new_link(request: HttpRequest) -> HttpResponse:
    """Draw a link; ``?origin=`` says from where."""
    given = request.GET.get("origin", "")
    form = LinkForm(request.POST or None, initial={"origin": given} if _is_uuid(given) else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_link(
                values=_values(form), actor=person_of(request), now=timezone.now(), origin=origin_of(request)
            )
        except actions.BlueprintRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The link is on the blueprint."))
            return redirect("operations:component", made.origin_id)
    return _draw_link_form(request, form, None)


@requires(READ)
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One link; who may change it, or one of its ends, gets the form."""
    with rows_to_edit(request, Link.objects.current().filter(pk=pk)) as rows:
        shown = get_object_or_404(rows)
        person = person_of(request)
        may_change = _may_change_link(person, shown)
        form = LinkForm(request.POST or None, instance=shown)
        if not person.has_perm("operations.change_link"):
            for name in ("origin", "target", "owner"):
                form.fields[name].disabled = True
        if request.method == "POST":
            if not may_change:
                raise AccessDenied("operations.change_link")
            if form.is_valid():
                try:
                    actions.change_link(
                        link=shown,
                        values=_values(form),
                        actor=person,
                        now=timezone.now(),
                        origin=origin_of(request),
                    )
                except actions.BlueprintRefused as refusal:
                    form.add_error(None, str(refusal))
                else:
                    messages.success(request, _("Saved."))
                    return redirect("operations:component", shown.origin_id)
        stored = Link.objects.select_related("origin", "target", "owner").get(pk=pk)
        return _draw_link_form(request, form if may_change else None, stored)


def _may_change_link(person: User, link: Link) -> bool:
    if person.has_perm("operations.change_link"):
        return True
    return any(may_change_component(user=person, component=end) for end in (link.origin, link.target))


def _draw_link_form(request: HttpRequest, form: LinkForm | None, shown: Link | None) -> HttpResponse:
    context = {"form": form, "link": shown, "changes": changes_of(shown) if shown else []}
    is_invalid = form is not None and bool(form.errors)
    return render(request, "operations/blueprint/link.html", context, status=422 if is_invalid else 200)


@requires("operations.delete_link")
@require_POST
def link_deletion(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a link, or with ``restore=1`` bring it back."""
    shown = get_object_or_404(Link, pk=pk)
    arguments: dict[str, Any] = {"actor": person_of(request), "now": timezone.now(), "origin": origin_of(request)}
    if not request.POST.get("restore"):
        actions.delete_link(link=shown, **arguments)
        messages.success(request, _("The link is deleted."))
        return redirect("operations:component", shown.origin_id)
    require_permission(request, "operations.add_link")
    try:
        actions.restore_link(link=shown, **arguments)
    except actions.BlueprintRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Restored."))
    return redirect("operations:component", shown.origin_id)
