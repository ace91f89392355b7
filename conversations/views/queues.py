"""Queues: the list, making one, one of them, and who works on it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from conversations.actions.queues import QueueRefused, change_queue, let_in, let_out, make_queue
from conversations.models import Queue
from conversations.queue_forms import TermsForm, WorkerForm, worker_of
from conversations.selectors import queue_desk
from conversations.views.desk import method_of
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import person_of, require_permission, requires
from engagement.village.audit import origin_of

VIEW, ADD, CHANGE = (f"conversations.{verb}_queue" for verb in ("view", "add", "change"))


@requires(VIEW)
@require_safe
def queues(request: HttpRequest) -> HttpResponse:
    """Every queue in its order."""
    return render(request, "conversations/queues.html", {"rows": queue_desk.rows()})


@requires(VIEW, ADD)
@require_http_methods(["GET", "HEAD", "POST"])
def new_queue(request: HttpRequest) -> HttpResponse:
    """The form of a queue; POST makes it and leads to its page. 422 with the form."""
    form = TermsForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        facts: dict[str, Any] = {"actor": person_of(request), "origin": origin_of(request), "now": timezone.now()}
        try:
            queue = make_queue(terms=form.terms, **facts)
        except QueueRefused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("Made. Say who works on it."))
            return redirect("conversations:queue-desk", queue.pk)
    return render(request, "conversations/new_queue.html", {"form": form}, status=422 if form.errors else 200)


@requires(VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One queue, and who works on it; who may, changes it. Raises Http404."""
    if request.method == "POST":
        require_permission(request, CHANGE)
    with rows_to_edit(request, Queue.objects.select_related("department")) as rows:
        return _queue(request, get_object_or_404(rows, pk=pk))


def _queue(request: HttpRequest, shown: Queue) -> HttpResponse:
    form = TermsForm(request.POST if request.method == "POST" else None, queue=shown)
    if request.method == "POST" and form.is_valid():
        facts: dict[str, Any] = {"actor": person_of(request), "origin": origin_of(request), "now": timezone.now()}
        try:
            change_queue(queue=shown, terms=form.terms, **facts)
        except QueueRefused as refusal:
            form.add_error("is_default", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("conversations:queue-desk", shown.pk)
    return _page(request, shown, form)


def _page(request: HttpRequest, shown: Queue, form: TermsForm, letting: WorkerForm | None = None) -> HttpResponse:
    letting = letting or WorkerForm()
    context = {
        "queue": shown,
        "form": form,
        "letting": letting,
        "workers": queue_desk.workers(shown),
        "may_change": request.user.has_perm(CHANGE),
    }
    wrong = form.errors or letting.errors
    return render(request, "conversations/queue.html", context, status=422 if wrong else 200)


@requires(VIEW, CHANGE)
@require_http_methods(["POST", "DELETE"])
def workers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST lets a role or a person in, DELETE (``?who=``) out again. Raises Http404."""
    shown = get_object_or_404(Queue, pk=pk)
    facts: dict[str, Any] = {
        "queue": shown,
        "actor": person_of(request),
        "origin": origin_of(request),
        "now": timezone.now(),
    }
    if method_of(request) == "DELETE":
        who = request.POST.get("who") or request.GET.get("who", "")
        try:
            let_out(who=worker_of(who), **facts)
        except (ObjectDoesNotExist, ValidationError) as error:
            raise Http404("nobody of that name") from error
        messages.success(request, _("They do not work on this queue any more."))
        return redirect("conversations:queue-desk", pk)
    form = WorkerForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, TermsForm(queue=shown), form)
    let_in(who=form.chosen, **facts)
    messages.success(request, _("%(name)s works on this queue now.") % {"name": form.chosen})
    return redirect("conversations:queue-desk", pk)
