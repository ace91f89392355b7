"""What an action answers: the parts of the page that it changed for htmx, the page itself for a plain form."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.models import Conversation
from conversations.views.context import Composer, thread_context
from conversations.views.desk import conversation_of, desk_of


def answer(
    request: HttpRequest,
    conversation: Conversation,
    *,
    parts: tuple[str, ...],
    composer: Composer | None = None,
    status: int = 200,
    toast: dict[str, Any] | None = None,
    focus: str = "",
) -> HttpResponse:
    """Draw ``parts`` (top, messages, composer, undo, rail) of the conversation as it stands now.

    A page that shows another conversation by now gets none of this one's parts but the strip to undo. ``toast`` and
    ``focus`` (an element's id) reach the browser's modules as events. Without htmx: back to the
    conversation, or the whole page with ``status`` when something was wrong.
    """
    current = conversation_of(request, conversation.pk)
    desk = desk_of(request, pk=conversation.pk)
    if not request.htmx and status < 400:  # type: ignore[attr-defined]
        return redirect(desk.thread_url(conversation.pk))
    if request.htmx and not is_in_front(request, conversation.pk):  # type: ignore[attr-defined]
        parts = tuple(part for part in parts if part == "undo")
        focus = ""
    context = thread_context(request=request, conversation=current, desk=desk, from_seq=None, composer=composer)
    response = render(request, "conversations/answer.html", context | {"parts": parts}, status=status)
    response["X-Conversation"], response["X-Conversation-Version"] = str(conversation.pk), str(current.version)
    events: dict[str, Any] = {}
    if toast:
        events["toast"] = toast
    if focus:
        events["focus:on"] = {"id": focus}
    if events:
        response["HX-Trigger"] = json.dumps(events)
    return response


def with_undo(text: str, done: Conversation) -> dict[str, Any]:
    """A toast that offers to undo the change that ``done`` went through; no undo where nothing had to be changed."""
    if done.last_event_id is None:
        return {"text": text}
    url = reverse("conversations:undo", args=[done.pk, done.last_event_id])
    return {"text": text, "undo": {"url": url, "label": _("Undo")}}


def is_in_front(request: HttpRequest, pk: object) -> bool:
    """Whether the page in front of the person shows this conversation; an undo may come from another one."""
    return str(pk) in request.headers.get("HX-Current-URL", str(pk))


def refusal(request: HttpRequest, conversation: Conversation, *, text: str, status: int = 422) -> HttpResponse:
    """Say in a toast why an action was not done; nothing on the page changes but what is out of date."""
    return answer(request, conversation, parts=("top",), status=status, toast={"text": text, "tone": "tile"})
