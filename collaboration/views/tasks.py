"""Tasks: make one, read one, change one. POST does, DELETE takes back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collaboration.forms import DueForm, TaskForm, WhoForm, who_choices
from collaboration.models import Task
from collaboration.notifications.seeing import see_about
from collaboration.selectors import work
from collaboration.tasks import TaskRefused, cancel, change_due, complete, make, reassign, reopen, take
from collaboration.views import work as work_page
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import person_of, requires

CHANGE = "collaboration.change_task"


@requires("collaboration.add_task")
@require_POST
def tasks(request: HttpRequest) -> HttpResponse:
    """Make a task. 422 with the page when something is wrong with it."""
    person = person_of(request)
    form = TaskForm(request.POST, me=person)
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("title", "text", "due_at", "client_key")}
        try:
            make(created_by=person, now=timezone.now(), **said, **form.chosen())
        except TaskRefused as refusal:
            form.add_error("title", str(refusal))
        else:
            messages.success(request, _("The task is made."))
            return redirect("collaboration:work")
    return work_page.draw(request, form=form, status=422)


@requires("collaboration.view_task")
@require_safe
def task(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One task, with what may be done with it."""
    see_about(person=person_of(request), url=reverse("collaboration:task", args=[pk]), now=timezone.now())
    return _draw(request, pk)


def _draw(request: HttpRequest, pk: UUID, *, error: str = "", status: int = 200) -> HttpResponse:
    person = person_of(request)
    shown = get_object_or_404(Task.objects.visible_to(person), pk=pk)
    (row,) = work.task_rows(Task.objects.filter(pk=shown.pk))
    context = {
        "row": row,
        "task": row.task,
        "error": error,
        "choices": who_choices(person),
        "who_form": WhoForm(me=person, task=row.task),
        "due_form": DueForm(task=row.task),
        "typed": request.POST if error else {},
        "may_change": person.has_perm(CHANGE) and Task.objects.concerning(person).filter(pk=shown.pk).exists(),
        "now": timezone.now(),
    }
    return render(request, "collaboration/task.html", context, status=status)


@requires(CHANGE)
@require_http_methods(["POST", "DELETE"])
def completion(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST: it is done. DELETE: it is to be done after all."""
    is_taken_back = request.method == "DELETE" or request.POST.get("_method", "").lower() == "delete"
    return _change(request, pk, reopen if is_taken_back else complete)


@requires(CHANGE)
@require_POST
def cancellation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """It need not be done."""
    return _change(request, pk, cancel)


@requires(CHANGE)
@require_POST
def assignment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give it to somebody else, or to a department; with ``take`` to oneself, if nobody has it."""
    if request.POST.get("take"):
        return _change(request, pk, take)
    with rows_to_edit(request, Task.objects.all()) as rows:
        form = WhoForm(request.POST, me=person_of(request), task=get_object_or_404(rows, pk=pk))
        if not form.is_valid():
            error = _what_changed(form) or _("Say who does it: a person or a department.")
            return _draw(request, pk, error=error, status=422)
        return _change(request, pk, reassign, **form.chosen())


@requires(CHANGE)
@require_POST
def due(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give it another end."""
    with rows_to_edit(request, Task.objects.all()) as rows:
        form = DueForm(request.POST, task=get_object_or_404(rows, pk=pk))
        if not form.is_valid():
            error = _what_changed(form) or _("That is no date and time. Choose one from the calendar.")
            return _draw(request, pk, error=error, status=422)
        return _change(request, pk, change_due, due_at=form.cleaned_data["due_at"])


def _what_changed(form: WhoForm | DueForm) -> str:
    """What somebody else saved meanwhile; empty when nobody did."""
    said = [str(one) for errors in reversed(form.errors.values()) for one in errors]
    return " ".join(said) if form.changed_meanwhile else ""


def _change(request: HttpRequest, pk: UUID, act: Callable[..., Task], **values: Any) -> HttpResponse:
    """Do one thing with a task that concerns the person; then back to where they were."""
    person = person_of(request)
    shown = get_object_or_404(Task.objects.concerning(person), pk=pk)
    try:
        act(task_id=shown.pk, actor=person, now=timezone.now(), **values)
    except TaskRefused as refusal:
        return _draw(request, pk, error=str(refusal), status=409)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe and back else reverse("collaboration:task", args=[pk]))
