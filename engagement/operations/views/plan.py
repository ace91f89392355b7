"""The plan: its page, milestones, what the sponsor decides, risks."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagement.operations.actions import plan as actions
from engagement.operations.actions.plan import LOCK, TOPIC, PlanRefused
from engagement.operations.ask import NobodyToAsk, ask_person
from engagement.operations.forms_plan import (
    MilestoneForm,
    PlanFilterForm,
    RiskForm,
    add_refusal,
    first_milestone_days,
)
from engagement.operations.models import Milestone, MilestoneChange, Risk, WorkItem
from engagement.operations.plan_charts import draw_burn_up, draw_timeline
from engagement.operations.plan_permissions import APPROVE, PLAN, READ
from engagement.operations.selectors import plan as selectors
from engagement.operations.selectors.plan_history import history_of
from engagement.ui.cursors import BadCursor, Cursors
from engagement.ui.stale_forms import setting_to_edit
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of
from engagement.village.models import User
from engagement.village.selectors.helper import permission_holders

VIEWS = ("board", "list", "components")
PAGE_SIZE = 50
_CURSORS = Cursors("operations-plan")
UNDOABLE = {
    "milestone": (Milestone, "operations:milestone-restoration"),
    "work-item": (WorkItem, "operations:work-item-restoration"),
    "risk": (Risk, "operations:risk-reopening"),
}


@requires(READ)
@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """Timeline, work as board, list or by component, burn-up, what waits for the sponsor, risks; the part ``#plan``
    alone for htmx. 400 for a view or a filter that is none.
    """
    return draw_plan(request)


def draw_plan(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    """Draw the page as it stands; ``error`` says what was refused."""
    now, user = timezone.now(), person_of(request)
    view = request.GET.get("view", "board")
    form = PlanFilterForm(request.GET) if view == "list" else None
    if view not in VIEWS or (form is not None and not form.is_valid()):
        message = _("This page has no such filter. Choose one of those that it offers.")
        return HttpResponse(message, status=400, content_type="text/plain; charset=utf-8")
    state = selectors.plan_state(now=now)
    progress = selectors.progress(rows=state.rows, now=now)
    context = {
        "plan": state,
        "view": view,
        "timeline": draw_timeline(state.rows, today=state.today),
        "progress": progress,
        "burn_up": draw_burn_up(progress),
        "topic": TOPIC,
        "now": now,
        "error": error,
        "undo": _undo_of(request),
        "address": _address(request),
        "may_approve": user.has_perm(APPROVE),
        "statuses": WorkItem.Status.choices,
        **_work(request, view, form, user),
    }
    is_part = request.headers.get("HX-Target", "").endswith("#plan")
    return render(
        request, "operations/plan/plan.html#plan" if is_part else "operations/plan/plan.html", context, status=status
    )


def _work(request: HttpRequest, view: str, form: PlanFilterForm | None, user: User) -> dict[str, Any]:
    now = timezone.now()
    if form is not None:
        return _list(request, form, user)
    if view == "components":
        return {"groups": selectors.by_component(user=user, now=now)}
    return {"columns": selectors.board(user=user, now=now)}


def _list(request: HttpRequest, form: PlanFilterForm, user: User) -> dict[str, Any]:
    now, given = timezone.now(), {name: value for name, value in form.cleaned_data.items() if value}
    found = selectors.filtered_items(given)
    count, after = found.count(), request.GET.get("after", "")
    name = urlencode(sorted(given.items()))
    try:
        values = _CURSORS.unseal(name, after)
    except BadCursor:
        values = []  # the filter changed since: from its beginning
    if values:
        found = found.filter(pk__lt=UUID(values[0]))
    rows = list(selectors.shown_items(found)[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    changeable = selectors.changeable_keys(user=user, keys=[item.pk for item in shown])
    further = ""
    if len(rows) > PAGE_SIZE:
        further = urlencode({"view": "list", **given, "after": _CURSORS.seal(name, [shown[-1].pk])})
    return {
        "form": form,
        "cards": selectors.cards_of(shown, now=now, changeable=changeable),
        "count": count,
        "is_narrowed": bool(given),
        "is_continued": bool(values),
        "further": further,
    }


def _address(request: HttpRequest) -> str:
    """The address of what is shown, as the page asks for it again."""
    given = request.GET.urlencode()
    return f"{reverse('operations:plan')}?{given}" if given else reverse("operations:plan")


def _undo_of(request: HttpRequest) -> dict[str, Any] | None:
    """What was deleted a moment ago (``deleted=work-item:<id>``), to be restored by a button."""
    kind, _colon, key = request.GET.get("deleted", "").partition(":")
    if kind not in UNDOABLE:
        return None
    model, url_name = UNDOABLE[kind]
    gone = {"closed_at__isnull": False} if model is Risk else {"deleted_at__isnull": False}
    try:
        row = model.objects.filter(pk=UUID(key), **gone).first()  # type: ignore[attr-defined]
    except ValueError:
        return None
    if row is None:
        return None
    said = _("“%(title)s” was closed.") if model is Risk else _("“%(title)s” was deleted.")
    return {"said": said % {"title": row}, "url": reverse(url_name, args=[row.pk])}


def to_plan(request: HttpRequest, *, deleted: str = "") -> HttpResponse:
    """Lead back to the plan, with an Undo for what was deleted."""
    query = f"?{urlencode({'deleted': deleted})}" if deleted else ""
    return redirect(reverse("operations:plan") + query)


@requires("operations.add_milestone")
@require_http_methods(["GET", "POST"])
def milestone_new(request: HttpRequest) -> HttpResponse:
    """Promise something for a day."""
    initial = first_milestone_days(timezone.localdate())
    form = MilestoneForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_milestone(values=form.values(), **acted(request))
        except PlanRefused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Milestone created. The sponsor sees it and approves day and budget."))
            return redirect("operations:milestone", made.pk)
    return _draw_form(request, form, title=_("New milestone"), back=reverse("operations:plan"))


def acted(request: HttpRequest) -> dict[str, Any]:
    """Who does something, when, and from where: what every action takes."""
    return {"actor": person_of(request), "now": timezone.now(), "origin": origin_of(request)}


def _draw_form(request: HttpRequest, form: Any, *, title: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": back}
    return render(request, "operations/plan/form.html", context, status=422 if form.errors else 200)


@requires(READ)
@require_safe
def milestone(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One milestone: its promises, its work items, its changes, what was said."""
    return _draw_milestone(request, pk)


def _draw_milestone(request: HttpRequest, pk: UUID, *, error: str = "") -> HttpResponse:
    shown = get_object_or_404(Milestone.objects.select_related("owner", "approved_by"), pk=pk)
    now, user = timezone.now(), person_of(request)
    items = list(
        selectors.shown_items(WorkItem.objects.filter(milestone=shown, deleted_at=None).order_by("status", "id"))
    )
    changeable = selectors.changeable_keys(user=user, keys=[item.pk for item in items])
    rows = selectors.milestone_rows(today=timezone.localdate(now), changes=selectors.pending_changes())
    row = next((one for one in rows if one.milestone == shown), None)
    context = {
        "milestone": shown,
        "row": row,
        "cards": selectors.cards_of(items, now=now, changeable=changeable),
        "changes": shown.changes.select_related("author", "decided_by").order_by("-id"),
        "risks": shown.risks.filter(closed_at=None).select_related("owner").order_by("-id"),
        "comments": shown.comments.select_related("author").order_by("id"),
        "history": history_of(shown),
        "terms": actions.terms_of(shown),
        "may_approve": user.has_perm(APPROVE),
        "error": error,
        "now": now,
        "topic": TOPIC,
    }
    is_part = request.headers.get("HX-Target", "").endswith("#milestone")
    name = "operations/plan/milestone.html#milestone" if is_part else "operations/plan/milestone.html"
    return render(request, name, context, status=422 if error else 200)


@requires(PLAN)
@require_http_methods(["GET", "POST"])
def milestone_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a milestone. Another day or budget than the approved one waits for the sponsor."""
    with setting_to_edit(request, LOCK):
        edited = get_object_or_404(Milestone.objects.filter(deleted_at=None).select_related("owner"), pk=pk)
        title = _("Edit milestone: %(title)s") % {"title": edited.title}
        form = MilestoneForm(request.POST or None, instance=edited)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data.get("reason", "")
            try:
                change = actions.change_milestone(
                    milestone_id=pk, values=form.values(), reason=reason, **acted(request)
                )
            except PlanRefused as refusal:
                add_refusal(form, refusal)
            else:
                if change is not None:
                    messages.success(request, _("Saved. The new day or budget waits for the sponsor."))
                else:
                    messages.success(request, _("Saved."))
                return redirect("operations:milestone", pk)
    return _draw_form(request, form, title=title, back=reverse("operations:milestone", args=[pk]))


@requires(APPROVE)
@require_POST
def milestone_approval(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Approve day and budget, as they were shown (``seen``)."""
    return _act(
        request,
        pk,
        lambda: actions.approve_milestone(milestone_id=pk, seen=request.POST.get("seen", "")[:200], **acted(request)),
        _("Approved. Another day or budget now needs your approval."),
    )


def _act(request: HttpRequest, pk: UUID, act: Callable[[], Any], done: str) -> HttpResponse:
    """Do one thing with a milestone; a refusal is shown on its page with 422."""
    get_object_or_404(Milestone, pk=pk)
    try:
        act()
    except PlanRefused as refusal:
        return _draw_milestone(request, pk, error=str(refusal))
    messages.success(request, done)
    return _back(request, "operations:milestone", pk)


def _back(request: HttpRequest, url_name: str, pk: UUID) -> HttpResponse:
    """To where the button stood: home, the plan, or the thing's own page."""
    match request.POST.get("from"):
        case "plan":
            return redirect("operations:plan")
        case "home":
            return redirect("home")
    return redirect(url_name, pk)


@requires(PLAN)
@require_POST
def milestone_delivery(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that it is delivered, today."""
    return _act(request, pk, lambda: actions.deliver_milestone(milestone_id=pk, **acted(request)), _("Delivered."))


@requires(PLAN)
@require_POST
def milestone_reopening(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that it is not delivered after all."""
    return _act(request, pk, lambda: actions.reopen_milestone(milestone_id=pk, **acted(request)), _("Reopened."))


@requires("operations.delete_milestone")
@require_POST
def milestone_deletion(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a milestone without work items."""
    get_object_or_404(Milestone, pk=pk)
    try:
        actions.delete_milestone(milestone_id=pk, **acted(request))
    except PlanRefused as refusal:
        return _draw_milestone(request, pk, error=str(refusal))
    return to_plan(request, deleted=f"milestone:{pk}")


@requires("operations.delete_milestone")
@require_POST
def milestone_restoration(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Undo a deletion."""
    return _act(request, pk, lambda: actions.restore_milestone(milestone_id=pk, **acted(request)), _("Restored."))


@requires(READ, "operations.add_comment")
@require_POST
def milestone_comment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say something about a milestone."""
    about = get_object_or_404(Milestone, pk=pk)
    person, text = person_of(request), request.POST.get("text", "")[:2000]
    return _act(
        request,
        pk,
        lambda: actions.comment_on_plan(subject=about, author=person, text=text, now=timezone.now()),
        _("Comment added."),
    )


@requires(READ, "operations.add_comment")
@require_POST
def milestone_question(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask whoever wants a change, else the milestone's owner, else who plans, by a task. Asking again asks once."""
    about = get_object_or_404(Milestone.objects.select_related("owner"), pk=pk)
    asker = person_of(request)
    person = _whom_to_ask(about, asker)
    url = request.build_absolute_uri(reverse("operations:milestone", args=[pk]))
    try:
        if person is None:
            raise NobodyToAsk
        with override(person.language):
            title = _("Question about the milestone “%(title)s”") % {"title": about.title}
            text = _("%(name)s would like to know more before deciding.") % {"name": asker.name}
        asked = ask_person(
            person=person, asker=asker, about=f"milestone {pk}", title=title[:200], text=f"{text}\n{url}"
        )
    except NobodyToAsk:
        messages.error(request, _("Nobody plans here yet. Ask an administrator to give somebody that role."))
        return _back(request, "operations:milestone", pk)
    if asked.is_new:
        messages.success(request, _("A task for %(name)s was created.") % {"name": person.name})
    else:
        messages.info(request, _("You asked %(name)s already. The task is open.") % {"name": person.name})
    return _back(request, "operations:milestone", pk)


def _whom_to_ask(about: Milestone, asker: User) -> User | None:
    pending = about.changes.filter(status=MilestoneChange.Status.PENDING).select_related("author").first()
    first = [pending.author if pending else None, about.owner]
    known = next((one for one in first if one is not None and one.is_active and one != asker), None)
    if known is not None:
        return known
    return permission_holders(PLAN).filter(is_superuser=False).exclude(pk=asker.pk).order_by("key").first()


@requires(APPROVE)
@require_POST
def change_decision(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Approve or reject a change that waits."""
    change = get_object_or_404(MilestoneChange, pk=pk)
    decision, answer = request.POST.get("decision", ""), request.POST.get("answer", "")[:1000]
    if decision not in ("approve", "reject"):
        return _draw_milestone(request, change.milestone_id, error=_("Choose whether to approve or to reject it."))
    is_approved = decision == "approve"
    return _act(
        request,
        change.milestone_id,
        lambda: actions.decide_change(change_id=pk, is_approved=is_approved, answer=answer, **acted(request)),
        _("Approved. The plan has the new day and budget.") if is_approved else _("Rejected. The plan stays as it is."),
    )


@requires(PLAN)
@require_POST
def change_withdrawal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back a change that waits."""
    change = get_object_or_404(MilestoneChange, pk=pk)
    return _act(
        request,
        change.milestone_id,
        lambda: actions.withdraw_change(change_id=pk, **acted(request)),
        _("Withdrawn. The plan stays as it is."),
    )


@requires("operations.add_risk")
@require_http_methods(["GET", "POST"])
def risk_new(request: HttpRequest) -> HttpResponse:
    """Name what may go wrong."""
    form = RiskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.create_risk(values=form.values(), **acted(request))
        except PlanRefused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Risk added."))
            return to_plan(request)
    return _draw_form(request, form, title=_("New risk"), back=reverse("operations:plan"))


@requires("operations.change_risk")
@require_http_methods(["GET", "POST"])
def risk_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a risk."""
    with setting_to_edit(request, LOCK):
        edited = get_object_or_404(Risk.objects.filter(closed_at=None).select_related("owner", "milestone"), pk=pk)
        title = _("Edit risk: %(title)s") % {"title": edited.title}
        form = RiskForm(request.POST or None, instance=edited)
        if request.method == "POST" and form.is_valid():
            try:
                actions.change_risk(risk_id=pk, values=form.values(), **acted(request))
            except PlanRefused as refusal:
                add_refusal(form, refusal)
            else:
                messages.success(request, _("Saved."))
                return to_plan(request)
    context = {"form": form, "title": title, "back": reverse("operations:plan"), "risk": edited}
    return render(request, "operations/plan/form.html", context, status=422 if form.errors else 200)


@requires("operations.change_risk")
@require_POST
def risk_closure(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a risk from the plan."""
    get_object_or_404(Risk, pk=pk)
    actions.close_risk(risk_id=pk, **acted(request))
    return to_plan(request, deleted=f"risk:{pk}")


@requires("operations.change_risk")
@require_POST
def risk_reopening(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Undo a closure."""
    get_object_or_404(Risk, pk=pk)
    actions.reopen_risk(risk_id=pk, **acted(request))
    messages.success(request, _("Restored."))
    return to_plan(request)
