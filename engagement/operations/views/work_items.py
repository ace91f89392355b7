"""Work items: create, edit, move on the board, delete and restore, comment."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagement.operations.actions import work_items as actions
from engagement.operations.actions.plan import LOCK, TOPIC, PlanRefused, comment_on_plan, lock_plan
from engagement.operations.forms_plan import WorkItemForm, add_refusal, read_initial
from engagement.operations.models import WorkItem
from engagement.operations.plan_permissions import CHANGE_ITEM, PLAN, may_change_work_item
from engagement.operations.selectors import plan as selectors
from engagement.operations.selectors.plan_history import history_of
from engagement.operations.views.plan import acted, draw_plan, to_plan
from engagement.ui.stale_forms import setting_to_edit
from engagement.ui.toasts import toast
from engagement.village.access import person_of, requires

VIEW = "operations.view_workitem"


@requires("operations.add_workitem")
@require_http_methods(["GET", "POST"])
def item_new(request: HttpRequest) -> HttpResponse:
    """Add a piece of work. Whoever does not plan owns it, or has its component."""
    person = person_of(request)
    initial = read_initial(request.GET)
    if not person.has_perm(PLAN):
        initial["owner"] = person.pk
    form = WorkItemForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_work_item(values=form.values(), **acted(request))
        except PlanRefused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("“%(title)s” is in the plan.") % {"title": made.title})
            return to_plan(request)
    context = {"form": form, "title": _("New work item"), "back": reverse("operations:plan")}
    return render(request, "operations/plan/form.html", context, status=422 if form.errors else 200)


@requires(VIEW)
@require_safe
def item(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One work item: its state, what it waits for, its neighbors, what was said."""
    return _draw_item(request, pk)


def _draw_item(request: HttpRequest, pk: UUID, *, error: str = "", reason: str = "") -> HttpResponse:
    shown = get_object_or_404(selectors.shown_items(WorkItem.objects.all()), pk=pk)
    now = timezone.now()
    context = {
        "page": selectors.item_page(item=shown, user=person_of(request), now=now),
        "item": shown,
        "statuses": WorkItem.Status.choices,
        "history": history_of(shown),
        "error": error,
        "reason": reason,
        "topic": TOPIC,
        "now": now,
    }
    is_part = request.headers.get("HX-Target", "").endswith("#item")
    name = "operations/plan/item.html#item" if is_part else "operations/plan/item.html"
    return render(request, name, context, status=422 if error else 200)


@requires(CHANGE_ITEM)
@require_http_methods(["GET", "POST"])
def item_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a work item: one's own, one on a granted component, or any for whoever plans."""
    with setting_to_edit(request, LOCK):
        rows = WorkItem.objects.filter(deleted_at=None).select_related("owner", "milestone", "component")
        edited = get_object_or_404(rows, pk=pk)
        _require_change(request, edited)
        title = _("Edit work item: %(title)s") % {"title": edited.title}
        form = WorkItemForm(request.POST or None, instance=edited)
        if request.method == "POST" and form.is_valid():
            try:
                actions.change_work_item(item_id=pk, values=form.values(), **acted(request))
            except PlanRefused as refusal:
                add_refusal(form, refusal)
            else:
                messages.success(request, _("Saved."))
                return redirect("operations:work-item", pk)
    context = {"form": form, "title": title, "back": reverse("operations:work-item", args=[pk])}
    return render(request, "operations/plan/form.html", context, status=422 if form.errors else 200)


def _require_change(request: HttpRequest, changed: WorkItem) -> None:
    if not may_change_work_item(user=person_of(request), item=changed):
        raise PermissionDenied


@requires(CHANGE_ITEM)
@require_POST
def item_move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a work item another status, from the board or from its page. On the board, htmx gets the board anew."""
    reason = request.POST.get("reason", "")[:200]
    try:
        with transaction.atomic():
            lock_plan()
            moved = get_object_or_404(WorkItem.objects.filter(deleted_at=None), pk=pk)
            _require_change(request, moved)
            status = request.POST.get("status", "")
            done = actions.move_work_item(
                item_id=pk, status=status, seen=request.POST.get("seen", ""), reason=reason, **acted(request)
            )
    except PlanRefused as refusal:
        return _refuse_move(request, pk, str(refusal), reason)
    text = _("“%(title)s”: %(status)s.") % {"title": done.title, "status": done.get_status_display()}
    if request.POST.get("from") != "plan":
        messages.success(request, text)
        return redirect("operations:work-item", pk)
    if request.headers.get("HX-Request"):
        response = draw_plan(request)
        toast(response, text)
        return response
    messages.success(request, text)
    return redirect("operations:plan")


def _refuse_move(request: HttpRequest, pk: UUID, text: str, reason: str) -> HttpResponse:
    if request.POST.get("from") == "plan" and request.headers.get("HX-Request"):
        return draw_plan(request, error=text)
    return _draw_item(request, pk, error=text, reason=reason)


@requires("operations.delete_workitem")
@require_POST
def item_deletion(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a work item; the plan offers to undo it."""
    get_object_or_404(WorkItem, pk=pk)
    actions.delete_work_item(item_id=pk, **acted(request))
    return to_plan(request, deleted=f"work-item:{pk}")


@requires("operations.delete_workitem")
@require_POST
def item_restoration(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Undo a deletion."""
    get_object_or_404(WorkItem, pk=pk)
    try:
        actions.restore_work_item(item_id=pk, **acted(request))
    except PlanRefused as refusal:
        return _draw_item(request, pk, error=str(refusal))
    messages.success(request, _("Restored."))
    return redirect("operations:work-item", pk)


@requires(VIEW, "operations.add_comment")
@require_POST
def item_comment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say something about a work item."""
    about = get_object_or_404(WorkItem, pk=pk)
    text = request.POST.get("text", "")[:2000]
    try:
        comment_on_plan(subject=about, author=person_of(request), text=text, now=timezone.now())
    except PlanRefused as refusal:
        return _draw_item(request, pk, error=str(refusal))
    messages.success(request, _("Comment added."))
    return redirect("operations:work-item", pk)
