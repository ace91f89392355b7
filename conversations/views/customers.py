"""Who wrote a forwarded message: to answer them, and to make them the customer of the conversation."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from conversations.actions.customer import NothingToRestore, change_customer, restore_customer
from conversations.actions.draft import StaleDraft, save_draft
from conversations.actions.writing import ReplyRefused
from conversations.layout import Section, section_at
from conversations.models import Conversation, Draft, Message
from conversations.views.answering import answer, refusal
from conversations.views.desk import conversation_of, method_of
from engagement.channels.actions.transmit import Recipient
from engagement.profiles.addresses import InvalidAddress
from engagement.village.access import person_of, requires

CHANGE = "conversations.change_conversation"


@requires(CHANGE)
@require_POST
def original_sender(request: HttpRequest, pk: UUID, message: UUID, section: int) -> HttpResponse:
    """Address this person's answer to who wrote a forwarded or attached message; what they have written stays."""
    conversation = conversation_of(request, pk)
    original = _section_of(conversation, message, section)
    draft = Draft.objects.filter(conversation=conversation, author=person_of(request), kind=Draft.Kind.REPLY).first()
    try:
        save_draft(
            conversation=conversation,
            author=person_of(request),
            kind=Draft.Kind.REPLY,
            text=draft.text if draft else "",
            recipients=[Recipient(address=original.address, name=original.name, role="to")],
            attachment_ids=[UUID(key) for key in draft.attachments] if draft else (),
            seen_seq=conversation.message_seq,
            version=draft.version if draft else 0,
            now=timezone.now(),
        )
    except StaleDraft as error:
        return refusal(request, conversation, text=str(error), status=409)
    return answer(request, conversation, parts=("composer",), focus="words")


@requires(CHANGE)
@require_http_methods(["POST", "DELETE"])
def customer(request: HttpRequest, pk: UUID, message: UUID, section: int) -> HttpResponse:
    """POST makes who wrote a forwarded message the customer, DELETE gives the conversation back."""
    conversation, now = conversation_of(request, pk), timezone.now()
    if method_of(request) == "DELETE":
        try:
            restore_customer(conversation=conversation, actor=person_of(request), now=now)
        except NothingToRestore as error:
            return refusal(request, conversation, text=str(error), status=409)
        text, undo = _("The conversation is with its previous customer again."), None
    else:
        original = _section_of(conversation, message, section)
        try:
            change_customer(
                conversation=conversation,
                address=original.address,
                name=original.name,
                actor=person_of(request),
                now=now,
            )
        except (ReplyRefused, InvalidAddress) as error:
            return refusal(request, conversation, text=str(error))
        text = _("%(name)s is the customer now.") % {"name": original.name or original.address}
        url = reverse("conversations:customer", args=[pk, message, section])
        undo = {"url": f"{url}?_method=delete", "label": _("Undo")}
    toast = {"text": text} | ({"undo": undo} if undo else {})
    return answer(request, conversation, parts=("thread",), toast=toast, focus="thread-scroll")


def _section_of(conversation: Conversation, key: UUID, number: int) -> Section:
    message = get_object_or_404(Message.objects.filter(conversation=conversation), pk=key)
    found = section_at(message, number)
    if found is None or not found.address:
        raise Http404
    return found
