"""What the menus of a thread offer when they open: colleagues, queues."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conversations.models import Queue
from conversations.selectors.people import who_work
from conversations.views.desk import conversation_of
from engagement.village.access import requires

MOST_PEOPLE = 50


@requires("conversations.change_conversation")
@require_safe
def menu(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """The lines of one menu. Raises Http404 for a menu that there is not."""
    conversation = conversation_of(request, pk)
    if name == "people":
        people = who_work(conversation.queue).exclude(pk=request.user.pk or "").order_by("name", "key")[:MOST_PEOPLE]
        context = {"people": people, "conversation": conversation}
        return render(request, "conversations/parts/menu_people.html", context)
    if name == "queues":
        queues = Queue.objects.exclude(pk=conversation.queue_id).order_by("position", "name", "key")
        return render(request, "conversations/parts/menu_queues.html", {"queues": queues})
    raise Http404(name)
