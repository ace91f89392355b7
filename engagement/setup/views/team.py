"""Inviting many people at once, and sending an invitation again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from engagement.organization.languages import default_language
from engagement.setup.forms import TeamForm
from engagement.setup.team import Invited, invite_team
from engagement.village.access import person_of, requires
from engagement.village.actions.guard import ChangeRefused
from engagement.village.actions.invite import invite_again as send_again
from engagement.village.audit import origin_of
from engagement.village.models import User


@requires("village.add_user")
@require_http_methods(["GET", "POST"])
def invite_many(request: HttpRequest) -> HttpResponse:
    """A form for a pasted list; POST sends an invitation to each address."""
    form = TeamForm(request.POST or None, initial={"language": default_language()})
    if request.method == "POST" and form.is_valid():
        tell_invited(request, invite_listed(request, form))
        return redirect("village:people")
    return render(request, "setup/team.html", {"form": form}, status=422 if form.errors else 200)


@requires("village.change_user")
@require_POST
def invite_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send the invitation again; the link of the one before opens nothing any more."""
    guest = get_object_or_404(User, pk=pk)
    try:
        send_again(person=guest, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
    except ChangeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": guest.email})
    return redirect("village:person", pk)


def invite_listed(request: HttpRequest, form: TeamForm) -> Invited:
    """Invite the people of a valid form."""
    return invite_team(
        team=form.cleaned_data["addresses"],
        roles=form.cleaned_data["roles"],
        departments=[],
        language=form.cleaned_data["language"],
        actor=person_of(request),
        now=timezone.now(),
        origin=origin_of(request),
    )


def tell_invited(request: HttpRequest, invited: Invited) -> None:
    """Say how many invitations go out, and who was here already."""
    if invited.people:
        count = len(invited.people)
        text = ngettext("%(count)d invitation is on its way.", "%(count)d invitations are on their way.", count)
        messages.success(request, text % {"count": count})
    if invited.unsent:
        messages.error(request, invited.not_sent)
        emails = ", ".join(person.email for person in invited.unsent[:10])
        text = _("Invited, but without an email yet: %(emails)s. Send it again under Team when the mail server works.")
        messages.error(request, text % {"emails": emails})
    if invited.already_here:
        text = _("Already in the team, so not invited: %(emails)s")
        messages.info(request, text % {"emails": ", ".join(invited.already_here[:10])})
