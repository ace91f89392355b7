"""What is with a person, and who goes on with it: before an account is closed, or afterwards."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from engagement.village.access import person_of, requires
from engagement.village.actions.end_access import end_access
from engagement.village.actions.guard import ChangeRefused
from engagement.village.actions.hand_over_work import hand_over_work
from engagement.village.audit import origin_of
from engagement.village.forms import LeavingForm
from engagement.village.models import User
from engagement.village.selectors.leaving import held_by


@requires("village.change_user")
@require_http_methods(["GET", "HEAD", "POST"])
def leaving(request: HttpRequest, pk: UUID) -> HttpResponse:
    """List what is with a person; POST hands it over, and with ``close`` closes the account. 422 with the form."""
    person, actor = get_object_or_404(User, pk=pk), person_of(request)
    held = held_by(person, reader=actor)
    form = LeavingForm(request.POST if request.method == "POST" else None, person=person, held=held)
    if form.is_valid():
        closes, now, origin = "close" in request.POST, timezone.now(), origin_of(request)
        try:
            with transaction.atomic():
                done = hand_over_work(person=person, choices=form.choices(), actor=actor, now=now, origin=origin)
                if closes:
                    end_access(person=person, actor=actor, now=now, origin=origin)
        except ChangeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _words(sum(done.values()), closes=closes))
            return redirect("village:person", pk)
    kinds = [(one, form.field_of(one.kind)) for one in held]
    context = {"person": person, "form": form, "kinds": kinds, "may_close": person.is_active and person.pk != actor.pk}
    return render(request, "village/leaving.html", context, status=422 if form.is_bound else 200)


def _words(number: int, *, closes: bool) -> str:
    said = ngettext("%(number)d thing was handed over.", "%(number)d things were handed over.", number)
    given = said % {"number": number} if number else ""
    closed = _("The account is closed. All its sessions have ended.") if closes else ""
    return " ".join(part for part in (given, closed) if part) or _("Nothing was handed over.")
