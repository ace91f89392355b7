"""Drafts: what somebody is writing, kept on the server while they write."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from conversations.actions.draft import StaleDraft, discard_draft, save_draft
from conversations.actions.writing import ReplyRefused
from conversations.forms import WritingForm
from conversations.models import Conversation, Draft
from conversations.views.answering import answer
from conversations.views.desk import conversation_of, method_of
from conversations.views.writing import named
from engagement.village.access import person_of, requires
from engagement.village.models import User

CHANGE = "conversations.change_conversation"
TRIES = 3


@requires(CHANGE)
@require_POST
def drafts(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Save the draft of the kind that the form names."""
    return _save(request, pk, WritingForm(request.POST))


@requires(CHANGE)
@require_http_methods(["PUT", "POST", "DELETE"])
def draft(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    """PUT saves, DELETE throws away and draws an empty composer. Raises Http404 for another kind."""
    if kind not in Draft.Kind.values:
        raise Http404(kind)
    if method_of(request) == "DELETE":
        conversation = conversation_of(request, pk)
        with suppress(StaleDraft):  # what another window has kept since stays
            token = request.POST.get("draft")
            discard_draft(conversation=conversation, author=person_of(request), kind=kind, token=token)
        return answer(request, conversation, parts=("messages", "composer"), focus="thread-scroll")
    data = QueryDict(request.body, mutable=True) if request.method == "PUT" else request.POST.copy()
    data["kind"] = kind
    return _save(request, pk, WritingForm(data))


def _save(request: HttpRequest, pk: UUID, form: WritingForm) -> HttpResponse:
    """Keep what is written; empty: discard. The answer names what is kept (``draft``).

    A page that says what it knows (``draft``) is answered 409 with the other text when another page has saved since;
    from one that does not say it, the newest save wins.
    """
    conversation = conversation_of(request, pk)
    if not form.is_valid():
        return HttpResponse(status=422)
    said = form.cleaned_data
    try:
        if said["text"].strip() or said["attachment_ids"]:
            return _kept(said, _saved(conversation, person_of(request), said))
        discard_draft(
            conversation=conversation,
            author=person_of(request),
            kind=said["kind"],
            token=said["draft"],
        )
    except StaleDraft as stale:
        text = stale.current.text if stale.current else ""
        return JsonResponse({"draft": stale.current.token if stale.current else "", "text": text}, status=409)
    except ReplyRefused:
        return HttpResponse(status=422)
    return _kept(said, None)


def _kept(said: dict[str, Any], draft: Draft | None) -> HttpResponse:
    """Name what is kept to a page that knows of names."""
    if said["draft"] is None:
        return HttpResponse(status=204)
    return JsonResponse({"draft": draft.token if draft else ""})


def _saved(conversation: Conversation, person: User, said: dict[str, Any]) -> Draft:
    """Save over the draft that the page knows, or over whatever there is. Raises StaleDraft and ReplyRefused."""
    for left in range(TRIES, -1, -1):
        stored = Draft.objects.filter(conversation=conversation, author=person, kind=said["kind"]).first()
        if said["draft"] is not None and said["draft"] != (stored.token if stored else ""):
            raise StaleDraft(stored)
        try:
            return save_draft(
                conversation=conversation,
                author=person,
                kind=said["kind"],
                text=said["text"],
                recipients=named(said["recipients"], conversation),
                attachment_ids=said["attachment_ids"],
                seen_seq=said["seen_seq"],
                version=stored.version if stored else 0,
                now=timezone.now(),
            )
        except StaleDraft:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")
