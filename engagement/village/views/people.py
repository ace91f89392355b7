"""Who works here: the list, one person, inviting somebody."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from engagement.organization.languages import default_language
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import person_of, requires
from engagement.village.actions.end_access import end_access, restore_access
from engagement.village.actions.end_sessions import sign_out_everywhere
from engagement.village.actions.guard import ChangeRefused
from engagement.village.actions.invite import AlreadyHere, invite
from engagement.village.actions.reassign import reassign
from engagement.village.actions.reset_password import reset_password
from engagement.village.actions.send_password_link import LinkNotSent
from engagement.village.audit import origin_of
from engagement.village.forms import InvitationForm, PlaceForm
from engagement.village.models import Role, User
from engagement.village.roles import ADMINISTRATOR
from engagement.village.selectors import audit_trail, people_list, sessions
from engagement.village.selectors.leaving import count_held
from engagement.village.views.answers import attempt, back
from engagement.village.views.cursors import key_of


@requires("village.view_user")
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, by name; ``?search=``, ``?role=``, ``?after=``."""
    search, role = request.GET.get("search", ""), request.GET.get("role", "")
    found = people_list.page(search=search, role=role, after=key_of(request.GET.get("after", "")))
    roles = Role.objects.order_by("position", "slug")
    context = {"page": found, "search": search, "role": role, "roles": roles}
    return render(request, "village/people.html", context)


@requires("village.view_user")
@require_GET
def person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One person: what they are here, where they are signed in, what was changed lately."""
    shown = get_object_or_404(User, pk=pk)
    return _person(request, shown, PlaceForm(person=shown))


def _person(request: HttpRequest, shown: User, form: PlaceForm, status: int = 200) -> HttpResponse:
    can_read_trail = request.user.has_perm("village.view_auditentry")
    wanted = audit_trail.Wanted(subject=str(shown.pk))
    context = {
        "person": shown,
        "form": form,
        "roles": Role.objects.filter(group__user=shown).order_by("position", "slug"),
        "places": sessions.places(person=shown),
        "trail": audit_trail.page(wanted=wanted, size=10) if can_read_trail else None,
        "may_change": request.user.has_perm("village.change_user"),
        "held": count_held(shown) if request.user.has_perm("village.change_user") else 0,
    }
    return render(request, "village/person.html", context, status=status)


@requires("village.change_user")
@require_POST
def place(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a person the roles and departments of the form, unless somebody gave them others meanwhile."""
    with rows_to_edit(request, User.objects.all()) as rows:
        Role.objects.select_for_update().get(slug=ADMINISTRATOR)  # before the row, as every change of access does
        return _place(request, get_object_or_404(rows, pk=pk))


def _place(request: HttpRequest, shown: User) -> HttpResponse:
    form, now = PlaceForm(request.POST, person=shown), timezone.now()
    if form.is_valid():
        try:
            reassign(person=shown, actor=person_of(request), now=now, origin=origin_of(request), **form.cleaned_data)
        except ChangeRefused as refusal:
            form.add_error(None, str(refusal))
    if form.errors:
        return _person(request, shown, form, status=422)
    messages.success(request, _("Saved."))
    return redirect("village:person", shown.pk)


@requires("village.add_user")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """The form to invite somebody; POST sends the invitation."""
    form = InvitationForm(request.POST or None, initial={"language": default_language()})
    if request.method == "POST" and form.is_valid():
        try:
            guest = invite(actor=person_of(request), now=timezone.now(), origin=origin_of(request), **form.cleaned_data)
        except AlreadyHere:
            form.add_error("email", _("Somebody works here with this address."))
        except LinkNotSent as problem:
            messages.error(request, str(problem))
            return redirect("village:person", problem.person.pk)
        else:
            messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": guest.email})
            return redirect("village:person", guest.pk)
    status = 422 if form.errors else 200
    return render(request, "village/invitation.html", {"form": form}, status=status)


@requires("village.change_user")
@require_POST
def deactivation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close an account: nobody signs in with it, all its sessions end."""
    shown, now, origin = get_object_or_404(User, pk=pk), timezone.now(), origin_of(request)
    done = _("Closed. All sessions of this person have ended.")
    attempt(request, lambda: end_access(person=shown, actor=person_of(request), now=now, origin=origin), done)
    return back(request, "village:person", pk)


@requires("village.change_user")
@require_POST
def activation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open an account again."""
    shown, now, origin = get_object_or_404(User, pk=pk), timezone.now(), origin_of(request)
    done = _("Open. This person may sign in again.")
    attempt(request, lambda: restore_access(person=shown, actor=person_of(request), now=now, origin=origin), done)
    return back(request, "village:person", pk)


@requires("village.change_user")
@require_POST
def sign_out(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End all sessions of a person."""
    shown, now, origin = get_object_or_404(User, pk=pk), timezone.now(), origin_of(request)
    done = _("All sessions of this person have ended.")
    attempt(request, lambda: sign_out_everywhere(person=shown, actor=person_of(request), now=now, origin=origin), done)
    return back(request, "village:person", pk)


@requires("village.change_user")
@require_POST
def password_link(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mail a person a link to set a new password."""
    shown, now, origin = get_object_or_404(User, pk=pk), timezone.now(), origin_of(request)
    done = _("A link is on its way to %(email)s.") % {"email": shown.email}
    attempt(request, lambda: reset_password(person=shown, actor=person_of(request), now=now, origin=origin), done)
    return back(request, "village:person", pk)
