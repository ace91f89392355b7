"""What stands around a person, to be changed: where they work, who belongs with them, whose customer they are."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagement.profiles.actions.change import Facts, change
from engagement.profiles.companies import ties
from engagement.profiles.companies.around import around as read
from engagement.profiles.companies.changes import company_named
from engagement.profiles.companies.forms import OwnerForm, RelationForm, WorkForm
from engagement.profiles.companies.household import household_of, move_out
from engagement.profiles.companies.refusals import CompanyRefused
from engagement.profiles.family import family_of
from engagement.profiles.models import Company, Employment, Profile, Relation
from engagement.ui.stale_forms import rows_to_edit, setting_to_edit
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of


@requires("profiles.view_profile", "profiles.relate_profile")
@require_safe
def around(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All of it with its forms. Raises Http404."""
    return _page(request, get_object_or_404(Profile, pk=pk, canonical=None, erased_at=None))


@requires("profiles.view_profile", "profiles.relate_profile")
@require_POST
def owner(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say whose customer the person is. Raises Http404."""
    with rows_to_edit(request, Profile.objects.all()) as rows:
        person = get_object_or_404(rows, pk=pk, canonical=None, erased_at=None)
        form = OwnerForm(request.POST, person=person)
        if not form.is_valid():
            return _page(request, person, owner_form=form)
        chosen = form.cleaned_data["owner"]
        change(profile_id=pk, facts=Facts(owner_id=chosen.pk if chosen else None), **_by(request))
    messages.success(request, _("Saved."))
    return redirect("profiles:around", pk)


@requires("profiles.view_profile", "profiles.relate_profile")
@require_POST
def work(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down where the person works. Raises Http404."""
    with rows_to_edit(request, Profile.objects.all()) as rows:
        person = get_object_or_404(rows, pk=pk, canonical=None, erased_at=None)
        form = WorkForm(request.POST, person=person, work=read(family_of(pk)).work)
        if form.is_valid():
            given = form.cleaned_data
            try:
                company = _company(request, given["company"])
            except CompanyRefused as refusal:
                form.add_error("company", str(refusal))
            else:
                facts = {name: given[name] for name in ("position", "since", "primary")}
                ties.employ(profile_id=pk, company=company, **facts, **_by(request))
                messages.success(request, _("Saved."))
                return redirect("profiles:around", pk)
        return _page(request, person, work_form=form)


def _company(request: HttpRequest, name: str) -> Company:
    """The company of a name; who may not write one down names one that is there. Raises CompanyRefused."""
    found = Company.objects.named(name).first()
    if found is None and not request.user.has_perm("profiles.add_company"):
        raise CompanyRefused(_("No company is called so. Write it down first."), "company")
    return found or company_named(name=name, **_by(request))


@requires("profiles.view_profile", "profiles.relate_profile")
@require_POST
def relation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down who belongs with the person: ``kind`` is what the person is to the other. Raises Http404."""
    person = get_object_or_404(Profile, pk=pk, canonical=None, erased_at=None)
    with setting_to_edit(request, f"profiles.relations:{pk}"):  # ``relate`` locks both people, in its own order
        standing = read(family_of(pk)).ties
        form = RelationForm(request.POST, reader=person_of(request), person=person, ties=standing)
        if form.is_valid() and form.other_id:
            facts = {"kind": form.cleaned_data["kind"], "since": form.cleaned_data["since"]}
            try:
                ties.relate(profile_id=pk, other_id=form.other_id, **facts, **_by(request))
            except ties.TieRefused as refusal:
                form.add_error("other", str(refusal))
            else:
                messages.success(request, _("Saved."))
                return redirect("profiles:around", pk)
        return _page(request, person, relation_form=form)


@requires("profiles.view_profile", "profiles.relate_profile")
@require_POST
def work_ended(request: HttpRequest, pk: UUID, key: UUID) -> HttpResponse:
    """The person does not work there any more, from today. Raises Http404."""
    row = get_object_or_404(Employment, pk=key, profile_id__in=_family(pk))
    return _end(request, pk, lambda **facts: ties.leave(employment_id=row.pk, **facts))


@requires("profiles.view_profile", "profiles.relate_profile")
@require_POST
def relation_ended(request: HttpRequest, pk: UUID, key: UUID) -> HttpResponse:
    """The two do not belong together any more, from today. Raises Http404."""
    row = get_object_or_404(Relation, pk=key)
    if not {row.profile_id, row.other_id} & set(_family(pk)):
        raise Http404("not theirs")
    return _end(request, pk, lambda **facts: ties.part(relation_id=row.pk, **facts))


@requires("profiles.view_profile", "profiles.relate_profile")
@require_POST
def moved_out(request: HttpRequest, pk: UUID, key: UUID) -> HttpResponse:
    """Somebody of the person's household, or the person, does not live there any more, from today. Raises Http404."""
    head = _family(pk)[0]
    if key not in {head, *(member.profile_id for member in household_of(head))}:
        raise Http404("not of this household")
    return _end(request, pk, lambda **facts: move_out(profile_id=key, **facts))


def _end(request: HttpRequest, pk: UUID, act: Any) -> HttpResponse:
    try:
        act(until=timezone.localdate(), **_by(request))
    except ties.TieRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect("profiles:around", pk)


def _family(pk: UUID) -> list[UUID]:
    return family_of(get_object_or_404(Profile, pk=pk, canonical=None, erased_at=None).pk)


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"actor": person_of(request), "now": timezone.now(), "origin": origin_of(request)}


def _page(request: HttpRequest, person: Profile, **given: Any) -> HttpResponse:
    shown = read(family_of(person.pk))
    forms = {
        "owner_form": OwnerForm(person=person),
        "work_form": WorkForm(person=person, work=shown.work),
        "relation_form": RelationForm(reader=person_of(request), person=person, ties=shown.ties),
    } | given
    context = {"person": person, "around": shown, **forms}
    return render(request, "profiles/around.html", context, status=422 if given else 200)
