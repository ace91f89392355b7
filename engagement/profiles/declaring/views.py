"""The attributes that people have: all of them, one of them, a new one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagement.profiles.declaring import actions
from engagement.profiles.declaring.forms import AttributeForm
from engagement.profiles.models import AttributeDefinition
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import person_of, require_permission, requires
from engagement.village.audit import origin_of

READ = "profiles.view_attributedefinition"
CHANGE = "profiles.change_attributedefinition"


@requires(READ)
@require_safe
def attributes(request: HttpRequest) -> HttpResponse:
    """What may be known of people, in the order of their pages; the retired ones last."""
    rows = list(AttributeDefinition.objects.order_by("position", "slug"))
    in_use = [row for row in rows if row.retired_at is None]
    retired = [row for row in rows if row.retired_at is not None]
    return render(request, "profiles/attributes/list.html", {"in_use": in_use, "retired": retired})


@requires(READ, "profiles.add_attributedefinition")
@require_http_methods(["GET", "HEAD", "POST"])
def declaration(request: HttpRequest) -> HttpResponse:
    """Declare one."""
    form = AttributeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.declare(
                meaning=form.meaning, actor=person_of(request), now=timezone.now(), origin=origin_of(request)
            )
        except actions.AttributeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("“%(name)s” can be filled now.") % {"name": row})
            return redirect("profiles:attributes")
    return _page(request, form, None)


@requires(READ)
@require_http_methods(["GET", "HEAD", "POST"])
def attribute(request: HttpRequest, slug: str) -> HttpResponse:
    """One attribute; who may, changes it here. Raises Http404."""
    if request.method == "POST":
        require_permission(request, CHANGE)
    with rows_to_edit(request, AttributeDefinition.objects.all()) as rows:
        return _attribute(request, get_object_or_404(rows, slug=slug))


def _attribute(request: HttpRequest, row: AttributeDefinition) -> HttpResponse:
    form = AttributeForm(request.POST if request.method == "POST" else None, standing=row)
    if request.method == "POST" and form.is_valid():
        try:
            actions.redefine(
                key=row.pk,
                meaning=form.meaning,
                actor=person_of(request),
                now=timezone.now(),
                origin=origin_of(request),
            )
        except actions.AttributeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("profiles:attributes")
    return _page(request, form, row)


@requires(READ, CHANGE)
@require_POST
def retirement(request: HttpRequest, slug: str) -> HttpResponse:
    """Retire an attribute, or with ``back=1`` bring it back. Raises Http404."""
    row = get_object_or_404(AttributeDefinition, slug=slug)
    turn = actions.bring_back if request.POST.get("back") else actions.retire
    turn(key=row.pk, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
    return redirect("profiles:attributes")


def _page(request: HttpRequest, form: AttributeForm, row: AttributeDefinition | None) -> HttpResponse:
    context = {"form": form, "attribute": row, "may_change": row is None or request.user.has_perm(CHANGE)}
    return render(request, "profiles/attributes/one.html", context, status=422 if form.errors else 200)
