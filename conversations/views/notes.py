"""Notes: what only the team reads."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from conversations.actions.draft import DraftGone
from conversations.actions.note import UnknownColleague, write_note
from conversations.actions.upload import FileRefused
from conversations.actions.writing import ReplyRefused
from conversations.forms import WritingForm
from conversations.views.answering import answer
from conversations.views.desk import conversation_of
from conversations.views.writing import attachment_ids, composer_again
from engagement.village.access import person_of, requires


@requires("conversations.change_conversation")
@require_POST
def notes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Leave a note. 422 with the composer when something is wrong with it."""
    conversation, now = conversation_of(request, pk), timezone.now()
    form = WritingForm(request.POST)
    try:
        if not form.is_valid():
            raise ReplyRefused(_("Something in the form was not understood."))
        write_note(
            conversation=conversation,
            author=request.user,  # type: ignore[arg-type]
            text=form.cleaned_data["text"],
            client_key=form.cleaned_data["client_key"],
            attachment_ids=attachment_ids(request, form, now=now),
            draft=form.cleaned_data["draft"],
            mentioned_ids=form.cleaned_data["mentions"],
            refuses_unknown=not form.cleaned_data["mentions_checked"],
            now=now,
        )
    except UnknownColleague as unknown:
        again = composer_again(form, conversation, author=person_of(request), kind="note", error=str(unknown))
        again.unknown_mentions = unknown.mentions
        return answer(request, conversation, parts=("composer",), composer=again, status=422, focus="composer-error")
    except DraftGone as gone:
        again = composer_again(form, conversation, author=person_of(request), kind="note", error=str(gone))
        again.draft, again.is_draft = "", False
        return answer(
            request, conversation, parts=("messages", "composer"), composer=again, status=409, focus="composer-error"
        )
    except (ReplyRefused, FileRefused) as error:
        again = composer_again(form, conversation, author=person_of(request), kind="note", error=str(error))
        return answer(request, conversation, parts=("composer",), composer=again, status=422, focus="words")
    return answer(request, conversation, parts=("top", "messages", "composer"), focus="thread-scroll")
