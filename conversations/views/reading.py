"""How far a person has read."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from conversations.actions.read import mark_read
from conversations.views.desk import conversation_of, number_of
from engagement.village.access import requires


@requires("conversations.view_conversation")
@require_POST
def read(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note that everything up to entry ``seq`` was in sight. 422 without a number."""
    conversation = conversation_of(request, pk)
    seq = number_of(request, "seq")
    if seq is None:
        return HttpResponse(status=422)
    mark_read(conversation=conversation, person=request.user, seq=seq, now=timezone.now())  # type: ignore[arg-type]
    return HttpResponse(status=204)
