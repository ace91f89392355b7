"""What the menus of a thread offer when they open: colleagues, queues."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conversations.models import Conversation, Queue
from conversations.selectors.labels import labels_on, labels_to_set
from conversations.selectors.people import who_work
from conversations.views.desk import conversation_of
from engagement.sorting import by_localized_name, by_name
from engagement.village.access import requires
from engagement.village.models import User

MOST_PEOPLE = 50
MAX_LABELS_SHOWN = 50


MOST_MENTIONED = 200


def _mentionable(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    """Colleagues by name: first those who may open the conversation, then the others, who cannot be told of it."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    everybody = User.objects.filter(is_active=True).exclude(pk=request.user.pk or "").order_by(*by_name())
    inside = who_work(conversation.queue, search=words).exclude(pk=request.user.pk or "")[:MOST_MENTIONED]
    if words:
        everybody = everybody.filter(Q(name__istartswith=words) | Q(name__icontains=f" {words}"))
    outside = everybody.exclude(pk__in=[person.pk for person in inside])[: MOST_MENTIONED - len(inside)]
    return {"inside": inside, "outside": outside}


@requires("conversations.change_conversation")
@require_safe
def menu(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """The lines of one menu. Raises Http404 for a menu that there is not."""
    conversation = conversation_of(request, pk)
    if name == "people":
        words = request.GET.get("name", "")[:100]
        found = who_work(conversation.queue, search=words).exclude(pk=request.user.pk or "")
        people = list(found.order_by(*by_name())[: MOST_PEOPLE + 1])
        context = {
            "people": people[:MOST_PEOPLE],
            "has_more": len(people) > MOST_PEOPLE,
            "searched": words.strip(),
            "conversation": conversation,
        }
        return render(request, "conversations/parts/menu_people.html", context)
    if name == "mentions":
        return render(request, "conversations/parts/menu_mentions.html", _mentionable(request, conversation))
    if name == "queues":
        queues = Queue.objects.exclude(pk=conversation.queue_id).order_by("position", *by_localized_name())
        return render(request, "conversations/parts/menu_queues.html", {"queues": queues})
    if name == "labels":
        words = request.GET.get("name", "")[:60]
        on = set(labels_on(conversation).values_list("pk", flat=True))
        labels = list(labels_to_set(search=words)[: MAX_LABELS_SHOWN + 1])
        context = {
            "labels": labels[:MAX_LABELS_SHOWN],
            "has_more": len(labels) > MAX_LABELS_SHOWN,
            "on": on,
            "searched": words.strip(),
            "conversation": conversation,
        }
        return render(request, "conversations/parts/menu_labels_found.html", context)
    raise Http404(name)
