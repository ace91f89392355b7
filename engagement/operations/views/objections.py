"""Objections and wins: what departments say against working this way, and what they achieved by it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagement.operations.actions.adoption import (
    AdoptionRefused,
    answer_objection,
    raise_objection,
    record_win,
    reopen_objection,
    resolve_objection,
    share_win,
)
from engagement.operations.adoption_forms import ObjectionAnswerForm, ObjectionForm, WinForm
from engagement.operations.models import Objection, Win
from engagement.operations.selectors.adoption import frozen_figures
from engagement.operations.views.adoption import LEAD, READ
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of
from engagement.village.models import Department

_LISTED = 200


@requires(READ)
@require_safe
def objections(request: HttpRequest) -> HttpResponse:
    """Every objection: open ones first."""
    found = Objection.objects.select_related("department", "author", "answered_by", "resolved_by")[:_LISTED]
    order = {Objection.State.OPEN: 0, Objection.State.ANSWERED: 1, Objection.State.RESOLVED: 2}
    rows = sorted(found, key=lambda one: order[Objection.State(one.state)])
    context = {"objections": rows, "frozen": frozen_figures(rows), "now": timezone.now()}
    return render(request, "operations/adoption/objections.html", context)


@requires(READ)
@require_safe
def objection(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One objection with its answer."""
    rows = Objection.objects.select_related("department", "author", "answered_by", "resolved_by")
    shown = get_object_or_404(rows, pk=pk)
    return _draw(request, shown, ObjectionAnswerForm(instance=shown))


def _draw(request: HttpRequest, shown: Objection, form: ObjectionAnswerForm) -> HttpResponse:
    context = {"objection": shown, "form": form, "frozen": frozen_figures([shown]), "now": timezone.now()}
    return render(request, "operations/adoption/objection.html", context, status=422 if form.errors else 200)


@requires(LEAD)
@require_http_methods(["GET", "POST"])
def objection_new(request: HttpRequest) -> HttpResponse:
    """Write down what a department says."""
    chosen = Department.objects.filter(slug=request.GET.get("department", "")).first()
    form = ObjectionForm(request.POST or None, initial={"department": chosen})
    if request.method == "POST" and form.is_valid():
        made = raise_objection(
            **{name: form.cleaned_data[name] for name in ObjectionForm.Meta.fields},
            actor=person_of(request),
            now=timezone.now(),
            origin=origin_of(request),
        )
        messages.success(request, _("The objection was saved. Answer it next."))
        return redirect("operations:objection", made.pk)
    return render(
        request, "operations/adoption/objection_form.html", {"form": form}, status=422 if form.errors else 200
    )


@requires(LEAD)
@require_POST
def objection_answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Answer it."""
    with rows_to_edit(request, Objection.objects.select_related("department")) as rows:
        shown = get_object_or_404(rows, pk=pk)
        form = ObjectionAnswerForm(request.POST, instance=shown)
        if not form.is_valid():
            return _draw(request, shown, form)
        try:
            answer_objection(
                objection=shown,
                answer=form.cleaned_data["answer"],
                actor=person_of(request),
                now=timezone.now(),
                origin=origin_of(request),
            )
        except AdoptionRefused as refusal:
            form.add_error(None, str(refusal))
            return _draw(request, shown, form)
    messages.success(request, _("Answered."))
    return redirect("operations:objection", pk)


@requires(LEAD)
@require_POST
def objection_state(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Resolve it, or reopen it (``state`` open)."""
    shown = get_object_or_404(Objection, pk=pk)
    act = reopen_objection if request.POST.get("state") == Objection.State.OPEN else resolve_objection
    try:
        act(objection=shown, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
    except AdoptionRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("operations:objection", pk)


@requires(READ)
@require_safe
def wins(request: HttpRequest) -> HttpResponse:
    """Every win, newest first."""
    rows = list(Win.objects.select_related("department", "author", "announcement")[:_LISTED])
    context = {"wins": rows, "frozen": frozen_figures(rows), "now": timezone.now()}
    return render(request, "operations/adoption/wins.html", context)


@requires(LEAD)
@require_http_methods(["GET", "POST"])
def win_new(request: HttpRequest) -> HttpResponse:
    """Write down what was achieved."""
    chosen = Department.objects.filter(slug=request.GET.get("department", "")).first()
    form = WinForm(request.POST or None, initial={"department": chosen})
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in WinForm.Meta.fields if name != "department"}
        record_win(
            values=values,
            department=form.cleaned_data["department"],
            actor=person_of(request),
            now=timezone.now(),
            origin=origin_of(request),
        )
        messages.success(request, _("The win was saved. Share it when you are ready."))
        return redirect("operations:wins")
    return render(request, "operations/adoption/win_form.html", {"form": form}, status=422 if form.errors else 200)


@requires(LEAD)
@require_POST
def win_sharing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Announce it to everybody."""
    shown = get_object_or_404(Win, pk=pk)
    announcement = share_win(win=shown, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
    messages.success(request, _("“%(title)s” is announced to everybody.") % {"title": announcement})
    return redirect("operations:announcement", announcement.pk)
