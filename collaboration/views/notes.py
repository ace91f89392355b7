"""Leave a note about a customer."""

import uuid
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collaboration.actions.note_person import NoteRefused, note_person
from collaboration.forms import NoteForm
from engagement.profiles.models import Profile
from engagement.village.access import person_of, requires


@requires("profiles.view_profile", "collaboration.add_note")
@require_http_methods(["GET", "HEAD", "POST"])
def notes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form of a note about a person; POST leaves it and leads to their page. 422 with the form."""
    person = get_object_or_404(Profile, pk=pk, canonical=None, erased_at=None)
    first = {"client_key": uuid.uuid4().hex}
    form = NoteForm(request.POST if request.method == "POST" else None, initial=first)
    if form.is_valid():
        said = form.cleaned_data
        try:
            note_person(profile=person, author=person_of(request), now=timezone.now(), **said)
        except NoteRefused as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("The note stands on their timeline."))
            return redirect("profiles:profile", pk)
    context = {"person": person, "form": form}
    return render(request, "collaboration/note.html", context, status=422 if form.errors else 200)
