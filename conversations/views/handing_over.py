"""Around a conversation: hand it over, make a task of it, coordinate it, and what is open now."""

import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collaboration.actions.coordinate import coordinate
from collaboration.forms import TaskForm
from collaboration.handoffs import GoesInCircles, HandoffRefused, NobodyThere
from collaboration.tasks import TaskRefused, make
from conversations.actions.hand_over import hand_over, known_of
from conversations.actions.read import SUBJECT
from conversations.forms import HandoffForm
from conversations.models import Conversation
from conversations.selectors.open_now import open_now as around
from conversations.selectors.open_now import there_is
from conversations.views.context import name_of
from conversations.views.desk import back_to_list, conversation_of, desk_of, part_of
from engagement.village.access import person_of, requires

VIEW, CHANGE = "conversations.view_conversation", "conversations.change_conversation"


@requires(CHANGE, "collaboration.add_handoff")
@require_http_methods(["GET", "HEAD", "POST"])
def handoff(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form that hands a conversation over, alone or in its dialog; POST offers it. 422 with the form."""
    conversation = conversation_of(request, pk)
    form = HandoffForm(request.POST if request.method == "POST" else None, conversation=conversation)
    if form.is_valid():
        said = form.cleaned_data
        try:
            hand_over(conversation=conversation, actor=person_of(request), now=timezone.now(), **said)
        except NobodyThere as refusal:
            form.add_error("queue", str(refusal))
        except GoesInCircles as refusal:
            form.ask_to_confirm()
            form.add_error("again", str(refusal))
        except HandoffRefused as refusal:
            form.add_error("summary", str(refusal))
        else:
            to = said["queue"].department
            messages.success(
                request, _("Offered to %(department)s. It stays here until they take it.") % {"department": to}
            )
            return redirect(desk_of(request, pk=pk).thread_url(pk))
    context = {"form": form, "known": known_of(conversation)}
    return _form(request, conversation, "conversations/hand_over.html", context)


@requires(VIEW, "collaboration.add_task")
@require_http_methods(["GET", "HEAD", "POST"])
def tasks(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form of a task about a conversation, alone or in its dialog; POST makes it. 422 with the form."""
    conversation, person = conversation_of(request, pk), person_of(request)
    first = {"who": f"person:{person.pk}", "client_key": uuid.uuid4().hex}
    form = TaskForm(request.POST if request.method == "POST" else None, me=person, initial=first)
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("title", "text", "due_at", "client_key")}
        profile = conversation.profile.canonical_id or conversation.profile_id
        about: dict[str, Any] = {"subject_type": SUBJECT, "subject_id": conversation.pk, "profile_id": profile}
        try:
            make(created_by=person, now=timezone.now(), **said, **about, **form.chosen())
        except TaskRefused as refusal:
            form.add_error("title", str(refusal))
        else:
            messages.success(request, _("The task is made."))
            return redirect(desk_of(request, pk=pk).thread_url(pk))
    return _form(request, conversation, "conversations/task.html", {"form": form})


@requires(CHANGE)
@require_POST
def coordination(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Coordinate what the departments do for this customer."""
    conversation = conversation_of(request, pk)
    coordinate(profile=conversation.profile, person=person_of(request), now=timezone.now())
    messages.success(request, _("You coordinate what is done for %(name)s.") % {"name": name_of(conversation)})
    return redirect(desk_of(request, pk=pk).thread_url(pk))


@requires(VIEW)
@require_safe
def open_now(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is open around a conversation, for the rail. Where it went on to others, back to the list."""
    try:
        conversation = conversation_of(request, pk)
    except Http404:
        if part_of(request):
            return back_to_list(request)
        raise
    context = {
        "conversation": conversation,
        "open": around(conversation, person_of(request), there_is(conversation)),
        "now": timezone.now(),
    }
    return render(request, "conversations/parts/open_now.html", context)


def _form(request: HttpRequest, conversation: Conversation, template: str, context: dict[str, Any]) -> HttpResponse:
    in_dialog = part_of(request).endswith("-form")
    context |= {
        "conversation": conversation,
        "name": name_of(conversation),
        "back": reverse("conversations:conversation", args=[conversation.pk]),
    }
    status = 422 if context["form"].is_bound else 200
    return render(request, template + ("#fields" if in_dialog else ""), context, status=status)
