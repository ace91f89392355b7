"""Drafts: what somebody is writing, kept on the server while they write."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from conversations.actions.draft import StaleDraft, discard_draft, save_draft
from conversations.forms import WritingForm
from conversations.models import Draft
from conversations.views.answering import answer
from conversations.views.desk import conversation_of, method_of
from conversations.views.writing import named
from engagement.village.access import requires

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
        discard_draft(conversation=conversation, author=request.user, kind=kind)  # type: ignore[arg-type]
        return answer(request, conversation, parts=("messages", "composer"), focus="thread-scroll")
    data = QueryDict(request.body, mutable=True) if request.method == "PUT" else request.POST.copy()
    data["kind"] = kind
    return _save(request, pk, WritingForm(data))


def _save(request: HttpRequest, pk: UUID, form: WritingForm) -> HttpResponse:
    """Keep what is written; the newest save of one person wins, whichever tab it comes from. Empty: discard."""
    conversation = conversation_of(request, pk)
    if not form.is_valid():
        return HttpResponse(status=422)
    said = form.cleaned_data
    if not said["text"].strip() and not said["attachment_ids"]:
        discard_draft(conversation=conversation, author=request.user, kind=said["kind"])  # type: ignore[arg-type]
        return HttpResponse(status=204)
    version = _version(request, pk, said["kind"])
    for _try in range(TRIES):
        try:
            save_draft(
                conversation=conversation,
                author=request.user,  # type: ignore[arg-type]
                kind=said["kind"],
                text=said["text"],
                recipients=named(said["recipients"], conversation),
                attachment_ids=said["attachment_ids"],
                seen_seq=said["seen_seq"],
                version=version,
                now=timezone.now(),
            )
        except StaleDraft as stale:
            version = stale.current.version if stale.current else 0
        except ValueError:
            return HttpResponse(status=422)
        else:
            return HttpResponse(status=204)
    return HttpResponse(status=409)


def _version(request: HttpRequest, pk: UUID, kind: str) -> int:
    mine = Draft.objects.filter(conversation_id=pk, author=request.user, kind=kind)  # type: ignore[misc]
    return mine.values_list("version", flat=True).first() or 0
