"""Work: handoffs that wait for my departments, and tasks."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from collaboration.forms import TaskForm
from collaboration.selectors import work
from collaboration.selectors.keyset import BadCursor
from engagement.village.access import person_of, requires
from engagement.village.models import User

LISTS = ("tasks", "waiting", "offered")  # each goes on behind ``?<name>_after=``


@requires("collaboration.view_task")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What waits; ``?show=`` mine, department, given, done. As a fragment the lists alone."""
    return draw(request)


def draw(request: HttpRequest, *, form: TaskForm | None = None, status: int = 200) -> HttpResponse:
    """Draw the page, with a form that came back when there is one."""
    person = person_of(request)
    show = request.GET.get("show", "")
    view = show if show in work.VIEWS else "mine"
    context = {
        "work": _page_of(request, person, view),
        "is_later": any(request.GET.get(f"{name}_after") for name in LISTS),
        "first_page": f"{reverse('collaboration:work')}?show={view}",
        "tabs": _tabs(view),
        "form": form or new_form(person),
        "topics": f"user:{person.pk}",
        "may_add": person.has_perm("collaboration.add_task"),
        "may_answer": person.has_perm("collaboration.change_handoff"),
        "now": timezone.now(),
    }
    is_part = request.htmx and "waiting" in request.headers.get("HX-Target", "")  # type: ignore[attr-defined]
    return render(request, "collaboration/work.html" + ("#waiting" if is_part else ""), context, status=status)


def _page_of(request: HttpRequest, person: User, view: str) -> work.Work:
    after = {name: request.GET.get(f"{name}_after", "") for name in LISTS}
    try:
        return work.page(user=person, view=view, after=after)
    except BadCursor as error:
        raise Http404(str(error)) from error


def new_form(person: User) -> TaskForm:
    """An empty form for a task of one's own."""
    return TaskForm(me=person, initial={"who": f"person:{person.pk}", "client_key": uuid.uuid4().hex})


def _tabs(view: str) -> list[dict[str, Any]]:
    labels = {
        "mine": _("For me"),
        "department": _("My departments"),
        "given": _("Given by me"),
        "done": _("Done"),
    }
    base = reverse("collaboration:work")
    return [
        {"label": label, "url": f"{base}?show={name}", "is_current": name == view} for name, label in labels.items()
    ]
