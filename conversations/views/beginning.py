"""Write to a customer first, from their own page."""

import uuid
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from conversations.actions.begin import MayNotBeWritten, SubjectMissing, begin
from conversations.actions.upload import FileRefused, upload
from conversations.actions.writing import AnotherIsOpen, ReplyRefused
from conversations.forms import BeginningForm
from conversations.selectors.ways import closed_addresses, newest_open, ways_to
from engagement.profiles.family import family_of
from engagement.profiles.models import Profile
from engagement.profiles.selectors import consents
from engagement.village.access import person_of, requires


@requires("conversations.change_conversation", "profiles.view_profile")
@require_http_methods(["GET", "HEAD", "POST"])
def conversations(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form of the first words to a person; POST sends them. 422 with the form. Raises Http404."""
    person = get_object_or_404(Profile, pk=pk, erased_at=None)
    if person.canonical_id:
        return redirect("conversations:person", person.canonical_id)
    now, reader, family = timezone.now(), person_of(request), family_of(pk)
    ways = ways_to(family=family, user=reader, now=now)
    first = {"client_key": uuid.uuid4().hex}
    form = BeginningForm(request.POST if request.method == "POST" else None, ways=ways, initial=first)
    if request.method == "POST" and form.is_valid() and (said := _send(request, form)) is not None:
        return said
    context = {
        "person": person,
        "form": form,
        "ways": ways,
        "undo_seconds": settings.UNDO_SECONDS,
        "is_closed": all(way.refusal for way in ways),
        "closed_addresses": closed_addresses(family) if all(way.refusal for way in ways) else [],
        # What was written stays on the page, also when it became impossible to send while it was written.
        "kept": form.data.get("text", "") if form.is_bound else "",
        "kept_title": form.data.get("title", "") if form.is_bound else "",
        "open": newest_open(family=family, user=reader),
        "agreed": consents.matrix(family, now) if reader.has_perm("profiles.view_consent") else None,
    }
    return render(request, "conversations/begin.html", context, status=422 if form.is_bound else 200)


def _send(request: HttpRequest, form: BeginningForm) -> HttpResponse | None:
    """Begin the conversation and lead there; None, with the reason on the form, when it is refused."""
    now, author, said = timezone.now(), person_of(request), form.cleaned_data
    try:
        files = [upload(file=file, uploaded_by=author, now=now).pk for file in request.FILES.getlist("attached")]
        message = begin(
            way=form.chosen,
            author=author,
            title=said.get("title", ""),
            text=said["text"],
            client_key=said["client_key"],
            attachment_ids=files,
            now=now,
        )
    except SubjectMissing as refusal:
        form.add_error("title", str(refusal))
    except FileRefused as refusal:
        form.add_error("attached", str(refusal))
    except (MayNotBeWritten, AnotherIsOpen) as refusal:
        form.add_error("way", str(refusal))
    except ReplyRefused as refusal:
        form.add_error("text", str(refusal))
    else:
        return redirect("conversations:conversation", message.conversation_id)
    return None
