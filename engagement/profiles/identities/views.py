"""A person's addresses: all of them with their history, one of them, and what can be done to it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagement.profiles.actions import identities as actions
from engagement.profiles.actions.identify import AddressTaken, add_address
from engagement.profiles.addresses import InvalidAddress
from engagement.profiles.family import family_of
from engagement.profiles.identities.forms import ClosingForm, ConfirmationForm, IdentityForm, ReplacementForm
from engagement.profiles.identities.standing import Known, known_of
from engagement.profiles.models import Identity, Profile
from engagement.village.access import person_of, require_permission, requires
from engagement.village.audit import origin_of

READ = ("profiles.view_profile", "profiles.view_identity")
CHANGE = (*READ, "profiles.change_profile")


@requires(*READ)
@require_http_methods(["GET", "HEAD", "POST"])
def identities(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every address, open and closed; who may, adds one here. Raises Http404."""
    if request.method == "POST":
        require_permission(request, "profiles.change_profile")
    person = get_object_or_404(Profile, pk=pk, canonical=None, erased_at=None)
    form = IdentityForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _add(request, person, form):
        return redirect("profiles:identities", pk)
    known = _known(request, pk)
    context = {
        "person": person,
        "form": form,
        "open_ones": [one for one in known if one.is_open],
        "closed_ones": [one for one in known if not one.is_open],
    }
    return render(request, "profiles/identities/list.html", context, status=422 if form.errors else 200)


@requires(*READ)
@require_safe
def identity(request: HttpRequest, pk: UUID, key: UUID) -> HttpResponse:
    """One address, and what can be done to it. Raises Http404."""
    return _page(request, pk, key)


@requires(*CHANGE)
@require_POST
def confirmation(request: HttpRequest, pk: UUID, key: UUID) -> HttpResponse:
    """Confirm an address, or with ``taken_back=1`` take that back. Raises Http404."""
    one = _one(pk, key)
    if request.POST.get("taken_back"):
        return _act(request, pk, lambda: actions.unverify(identity_id=one.pk, **_by(request)), _("Not confirmed now."))
    form = ConfirmationForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, key, confirmation_form=form)
    evidence = {"how": "staff", "words": form.cleaned_data["how"]}
    return _act(
        request, pk, lambda: actions.verify(identity_id=one.pk, evidence=evidence, **_by(request)), _("Confirmed.")
    )


@requires(*CHANGE)
@require_POST
def preference(request: HttpRequest, pk: UUID, key: UUID) -> HttpResponse:
    """Prefer an address to the others of its kind. Raises Http404."""
    one = _one(pk, key)
    return _act(request, pk, lambda: actions.prefer(identity_id=one.pk, **_by(request)), _("Preferred from now on."))


@requires(*CHANGE)
@require_POST
def closing(request: HttpRequest, pk: UUID, key: UUID) -> HttpResponse:
    """Close an address. Raises Http404."""
    one, form = _one(pk, key), ClosingForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, key, closing_form=form)
    facts = {"reason": form.cleaned_data["reason"], "at": form.at(timezone.now())}
    done = _("Closed. Who writes from it now is somebody new.")
    return _act(request, pk, lambda: actions.close(identity_id=one.pk, **facts, **_by(request)), done)


@requires(*CHANGE)
@require_POST
def replacement(request: HttpRequest, pk: UUID, key: UUID) -> HttpResponse:
    """Put the new id of a provider in the place of one. Raises Http404."""
    one, form = _one(pk, key), ReplacementForm(request.POST)
    if form.is_valid():
        try:
            actions.replace(identity_id=one.pk, address=form.cleaned_data["address"], **_by(request))
        except InvalidAddress as error:
            form.add_error("address", str(error))
        except AddressTaken:
            form.add_error("address", _("Somebody else has this one."))
        except actions.IdentityRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Replaced. The old one stays in the history."))
            return redirect("profiles:identities", pk)
    return _page(request, pk, key, replacement_form=form)


def _add(request: HttpRequest, person: Profile, form: IdentityForm) -> bool:
    """Add what the form gives; False, with the reason on it, where somebody else has it."""
    by = _by(request)
    facts = {"now": by["now"], "actor": by["by"].actor, "origin": by["by"].origin}
    try:
        add_address(profile_id=person.pk, **form.cleaned_data, **facts)
    except AddressTaken as taken:
        holder = Profile.objects.get(pk=taken.holder)
        words = _("%(name)s has it, perhaps written in another way. Close it there, or put the two together.")
        form.add_error("address", words % {"name": holder.name or _("Somebody without a name")})
        return False
    messages.success(request, _("Written down."))
    return True


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"by": actions.By(person_of(request), origin_of(request)), "now": timezone.now()}


def _known(request: HttpRequest, pk: UUID) -> list[Known]:
    return known_of(family_of(pk), may_read_closed=request.user.has_perm("profiles.view_sensitive"))


def _one(pk: UUID, key: UUID) -> Identity:
    """The address, if it is this person's. Raises Http404."""
    get_object_or_404(Profile, pk=pk, canonical=None, erased_at=None)
    return get_object_or_404(Identity, pk=key, profile_id__in=family_of(pk))


def _page(request: HttpRequest, pk: UUID, key: UUID, **forms: Any) -> HttpResponse:
    one = _one(pk, key)
    known = _known(request, pk)
    context = {
        "person": get_object_or_404(Profile, pk=pk, erased_at=None),
        "known": next(each for each in known if each.identity.pk == one.pk),
        "spellings": [
            each for each in known if one.alias and each.identity.alias == one.alias and each.identity.pk != one.pk
        ],
        "may_be_replaced": one.kind in actions.CHANGING_IDS,
        "confirmation_form": ConfirmationForm(),
        "closing_form": ClosingForm(),
        "replacement_form": ReplacementForm(),
        **forms,
    }
    wrong = any(form.errors for form in forms.values())
    return render(request, "profiles/identities/one.html", context, status=422 if wrong else 200)


def _act(request: HttpRequest, pk: UUID, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except actions.IdentityRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("profiles:identities", pk)
