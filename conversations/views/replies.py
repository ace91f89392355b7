"""Answers: write one, take one back."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from conversations.actions.draft import DraftGone
from conversations.actions.recipients import ManyRecipients
from conversations.actions.reply import ColleagueAnsweredFirst
from conversations.actions.reply import reply as send
from conversations.actions.undo_reply import undo_reply
from conversations.actions.upload import FileRefused
from conversations.actions.writing import ReplyRefused
from conversations.forms import WritingForm
from conversations.models import Message
from conversations.views.answering import answer, refusal
from conversations.views.desk import conversation_of
from conversations.views.writing import attachment_ids, composer_again, named
from engagement.village.access import person_of, requires

CHANGE = "conversations.change_conversation"
SENT = ("top", "messages", "undo", "composer")


@requires(CHANGE)
@require_POST
def replies(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Answer the customer. 409 with the colleague's words when one answered first, 422 when something is wrong."""
    conversation, now = conversation_of(request, pk), timezone.now()
    form = WritingForm(request.POST)
    if not form.is_valid():
        again = composer_again(
            form,
            conversation,
            author=person_of(request),
            kind="reply",
            error=_("Something in the form was not understood."),
        )
        return answer(request, conversation, parts=("composer",), composer=again, status=422)
    said = form.cleaned_data
    try:
        send(
            conversation=conversation,
            author=request.user,  # type: ignore[arg-type]
            text=said["text"],
            client_key=said["client_key"],
            seen_seq=said["seen_seq"],
            recipients=named(said["recipients"], conversation) if said["recipients_shown"] else None,
            attachment_ids=attachment_ids(request, form, now=now),
            then=said["then"],
            anyway=said["anyway"],
            draft=said["draft"],
            confirmed_recipients=said["recipients_confirmed"],
            now=now,
        )
    except ColleagueAnsweredFirst as first:
        again = composer_again(
            form, conversation, author=person_of(request), kind="reply", answered_first=first.messages
        )
        return answer(
            request, conversation, parts=("messages", "composer"), composer=again, status=409, focus="answered-first"
        )
    except DraftGone as gone:
        again = composer_again(
            form, conversation, author=person_of(request), kind="reply", error="" if gone.sent else str(gone)
        )
        again.answered_first, again.draft, again.is_draft = gone.sent, "", False
        focus = "answered-first" if gone.sent else "composer-error"
        return answer(request, conversation, parts=("messages", "composer"), composer=again, status=409, focus=focus)
    except ManyRecipients as many:
        again = composer_again(form, conversation, author=person_of(request), kind="reply", error=str(many))
        again.many_recipients = many.count
        return answer(request, conversation, parts=("composer",), composer=again, status=422, focus="composer-error")
    except (ReplyRefused, FileRefused) as error:
        again = composer_again(form, conversation, author=person_of(request), kind="reply", error=str(error))
        return answer(request, conversation, parts=("composer",), composer=again, status=422, focus="words")
    return answer(request, conversation, parts=SENT, focus="thread-scroll")


@requires(CHANGE)
@require_http_methods(["POST", "DELETE"])
def reply(request: HttpRequest, pk: UUID, message: UUID) -> HttpResponse:
    """DELETE takes an answer back before it leaves; its words stand in the composer again."""
    conversation = conversation_of(request, pk)
    mine = get_object_or_404(Message.objects.filter(conversation=conversation, author_id=request.user.pk), pk=message)
    try:
        undo_reply(message=mine, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    except ReplyRefused as error:
        return refusal(request, conversation, text=str(error), status=409)
    toast = {"text": _("Taken back. Your words are a draft again.")}
    return answer(request, conversation, parts=SENT, toast=toast, focus="words")
