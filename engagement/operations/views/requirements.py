"""Requirements: the list with its coverage, one requirement, waivers, asking."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagement.operations.actions import requirement as actions
from engagement.operations.actions.blueprint import TOPIC
from engagement.operations.actions.comment import add_comment
from engagement.operations.ask import NobodyToAsk, ask_person
from engagement.operations.blueprint_forms import CommentTextForm, RequirementForm, RequirementWaiverForm
from engagement.operations.models import Requirement, ValueEntry
from engagement.operations.selectors.coverage import Coverage, coverage_of
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import AccessDenied, person_of, requires
from engagement.village.audit import origin_of
from engagement.village.models import User

READ, CHANGE = "operations.view_requirement", "operations.change_requirement"
STATES = ("gap", "failing", "planned", "met")


@requires(READ)
@require_safe
def requirements(request: HttpRequest) -> HttpResponse:
    """All requirements with their coverage, or those of one state (``?state=``) or department."""
    state = request.GET.get("state", "")
    if state and state not in STATES:
        raise Http404(state)
    now = timezone.now()
    found = coverage_of(requirements=Requirement.objects.current(), now=now)
    counts = [(name, sum(one.state == name for one in found)) for name in STATES]
    context = {
        "coverage": [one for one in found if not state or one.state == state],
        "counts": counts,
        "total": len(found),
        "state": state,
        "topic": TOPIC,
        "now": now,
    }
    is_part = request.headers.get("HX-Target", "").endswith("#requirements")
    name = "operations/requirements/requirements.html" + ("#requirements" if is_part else "")
    return render(request, name, context)


@requires("operations.add_requirement")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a requirement."""
    form = RequirementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = actions.create_requirement(
            values=_values(form),
            components=form.cleaned_data["components"],
            actor=person_of(request),
            now=timezone.now(),
            origin=origin_of(request),
        )
        messages.success(request, _("The requirement is written."))
        return redirect("operations:requirement", made.pk)
    return _draw_form(request, form, None)


def _values(form: RequirementForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in actions.FIELDS}


def _draw_form(request: HttpRequest, form: RequirementForm, shown: Requirement | None) -> HttpResponse:
    context = {"form": form, "requirement": shown}
    return render(request, "operations/requirements/requirement_form.html", context, status=422 if form.errors else 200)


@requires(READ)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a requirement: one's own, or every one with the right to."""
    with rows_to_edit(request, Requirement.objects.current().filter(pk=pk)) as rows:
        shown = get_object_or_404(rows)
        person = person_of(request)
        if not _may_change(person, shown):
            raise AccessDenied(CHANGE)
        form = RequirementForm(request.POST or None, instance=shown)
        if request.method == "POST" and form.is_valid():
            actions.change_requirement(
                requirement=shown,
                values=_values(form),
                components=form.cleaned_data["components"],
                actor=person,
                now=timezone.now(),
                origin=origin_of(request),
            )
            messages.success(request, _("Saved."))
            return redirect("operations:requirement", pk)
        return _draw_form(request, form, Requirement.objects.get(pk=pk))


def _may_change(person: User, requirement: Requirement) -> bool:
    return requirement.author_id == person.pk or person.has_perm(CHANGE)


@requires(READ)
@require_safe
def requirement(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One requirement: its need, its coverage with the proof, its waiver and its comments."""
    return _draw_requirement(request, pk)


def _draw_requirement(
    request: HttpRequest,
    pk: UUID,
    *,
    waiver: RequirementWaiverForm | None = None,
    comment: CommentTextForm | None = None,
) -> HttpResponse:
    now, person = timezone.now(), person_of(request)
    shown = get_object_or_404(Requirement.objects.select_related("owner", "department", "author"), pk=pk)
    value = None
    if shown.value_case is not None:
        value = ValueEntry.objects.filter(case=shown.value_case).order_by("-number").first()
    context = {
        "requirement": shown,
        "one": _coverage(shown),
        "value": value,
        "waivers": shown.waivers.select_related("person"),
        "comments": shown.comments.select_related("author").order_by("-id")[:50],
        "may_change": shown.deleted_at is None and _may_change(person, shown),
        "waiver_form": waiver or RequirementWaiverForm(now=now),
        "comment_form": comment or CommentTextForm(),
        "now": now,
    }
    is_invalid = waiver is not None or comment is not None
    return render(request, "operations/requirements/requirement.html", context, status=422 if is_invalid else 200)


def _coverage(shown: Requirement) -> Coverage:
    (one,) = coverage_of(requirements=Requirement.objects.filter(pk=shown.pk), now=timezone.now())
    return one


@requires(READ)
@require_POST
def deletion(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a requirement, or with ``restore=1`` bring it back."""
    shown = get_object_or_404(Requirement, pk=pk)
    person = person_of(request)
    if shown.author_id != person.pk and not person.has_perm("operations.delete_requirement"):
        raise AccessDenied("operations.delete_requirement")
    act = actions.restore_requirement if request.POST.get("restore") else actions.delete_requirement
    act(requirement=shown, actor=person, now=timezone.now(), origin=origin_of(request))
    messages.success(request, _("Restored.") if request.POST.get("restore") else _("The requirement is deleted."))
    return redirect("operations:requirement", pk)


@requires(READ, "operations.add_comment")
@require_POST
def comments(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Comment on a requirement."""
    shown = get_object_or_404(Requirement.objects.current(), pk=pk)
    form = CommentTextForm(request.POST)
    if not form.is_valid():
        return _draw_requirement(request, pk, comment=form)
    add_comment(subject=shown, text=form.cleaned_data["text"], author=person_of(request), now=timezone.now())
    return redirect(f"{reverse('operations:requirement', args=[pk])}#comments")


@requires(READ, "operations.waive_requirement")
@require_POST
def waiver(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Waive a requirement for launches, or with ``end=1`` end its waiver."""
    shown = get_object_or_404(Requirement.objects.current(), pk=pk)
    arguments: dict[str, Any] = {"actor": person_of(request), "now": timezone.now(), "origin": origin_of(request)}
    if request.POST.get("end"):
        actions.end_requirement_waiver(requirement=shown, **arguments)
        messages.success(request, _("The waiver has ended."))
        return redirect("operations:requirement", pk)
    form = RequirementWaiverForm(request.POST, now=timezone.now())
    if form.is_valid():
        try:
            actions.waive_requirement(
                requirement=shown, reason=form.cleaned_data["reason"], until=form.until_moment(), **arguments
            )
        except actions.RequirementRefused as refusal:
            form.add_error(None, str(refusal))
    if form.errors:
        return _draw_requirement(request, pk, waiver=form)
    messages.success(request, _("Waived. Campaigns may launch without it until then."))
    return redirect("operations:requirement", pk)


@requires(READ)
@require_POST
def ask(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask whoever owns what is missing, by a task. Asking again asks once."""
    shown = get_object_or_404(Requirement.objects.current(), pk=pk)
    one = _coverage(shown)
    url = reverse("operations:requirement", args=[pk])
    try:
        if one.ask is None:
            raise NobodyToAsk
        with override(one.ask.language):
            title = _("Cover the requirement: %(title)s") % {"title": shown.title}
            text = f"{_coverage(shown).reason} {request.build_absolute_uri(url)}"
        asked = ask_person(
            person=one.ask, asker=person_of(request), about=f"requirement {pk}", title=title[:200], text=text
        )
    except NobodyToAsk:
        messages.error(request, _("It has no owner to ask. Choose an owner of the requirement first."))
        return redirect(url)
    name = {"name": one.ask.name}
    if asked.is_new:
        messages.success(request, _("A task for %(name)s was created.") % name)
    else:
        messages.info(request, _("You asked %(name)s already. The task is open.") % name)
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else url)
