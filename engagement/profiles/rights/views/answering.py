"""One request: what it asks, what is to do, and doing it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagement.profiles.family import family_of
from engagement.profiles.models import DataRequest
from engagement.profiles.rights import answering, deadlines, holding_back
from engagement.profiles.rights.filing import RequestRefused, change_law
from engagement.profiles.rights.forms import AnswerForm, LawForm, ReasonForm, VerifyForm
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of

SEES = "profiles.view_datarequest"
ANSWERS = "profiles.answer_datarequest"


@requires(SEES)
@require_safe
def data_request(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One request. Raises Http404."""
    return page(request, shown(pk))


def shown(pk: UUID) -> DataRequest:
    """Return a request with the people whom its page names. Raises Http404."""
    named = DataRequest.objects.select_related("profile", "filed_by", "closed_by", "first_confirmed_by")
    return get_object_or_404(named, pk=pk)


def page(request: HttpRequest, row: DataRequest, **given: forms.Form) -> HttpResponse:
    """Draw the page; ``given`` are forms with errors."""
    now = timezone.now()
    forms_of: dict[str, Any] = {
        "verify_form": VerifyForm(),
        "law_form": LawForm(row=row),
        "extend_form": ReasonForm(prefix="extend"),
        "answer_form": AnswerForm(prefix="answer"),
        "refuse_form": ReasonForm(prefix="refuse"),
        "cancel_form": ReasonForm(prefix="cancel"),
    } | given
    context = {
        "row": row,
        "now": now,
        "is_late": row.is_late(now),
        "may_extend": _may_extend(row, now),
        "holds": holding_back.standing(family_of(row.profile_id), now),
        "disclosures": list(row.disclosures.select_related("asked_by").order_by("-key")),
        "erasure": getattr(row, "erasure", None),
        **forms_of,
    }
    wrong = any(form.errors for form in given.values())
    return render(request, "profiles/rights/request.html", context, status=422 if wrong else 200)


def _may_extend(row: DataRequest, now: Any) -> bool:
    try:
        deadlines.extended_due_at(row, now)
    except deadlines.NoExtension:
        return False
    return row.is_waiting


@requires(SEES, ANSWERS)
@require_POST
def identity(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down how we know the person; with ``asked=1`` that they were asked. Raises Http404."""
    if request.POST.get("asked"):
        return attempt(request, pk, lambda common: answering.ask_who(**common), _("Noted. The time runs on."))
    form = VerifyForm(request.POST)
    if not form.is_valid():
        return page(request, shown(pk), verify_form=form)
    how = form.cleaned_data["how"]
    return attempt(request, pk, lambda common: answering.verify(how=how, **common), _("Written down."))


@requires(SEES, ANSWERS)
@require_POST
def law(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put the request under another law. Raises Http404."""
    with rows_to_edit(request, DataRequest.objects.all()) as rows:
        form = LawForm(request.POST, row=get_object_or_404(rows, pk=pk))
        if not form.is_valid():
            return page(request, shown(pk), law_form=form)
        return attempt(request, pk, lambda common: change_law(**form.cleaned_data, **common), _("Changed."))


@requires(SEES, ANSWERS)
@require_POST
def extension(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take two further months. Raises Http404."""
    form = ReasonForm(request.POST, prefix="extend")
    if not form.is_valid():
        return page(request, shown(pk), extend_form=form)
    done = _("Extended. Tell the person why, before the first month is over.")
    return attempt(request, pk, lambda common: answering.extend(**form.cleaned_data, **common), done)


@requires(SEES, ANSWERS)
@require_POST
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close the request as done. Raises Http404."""
    form = AnswerForm(request.POST, prefix="answer")
    if not form.is_valid():
        return page(request, shown(pk), answer_form=form)
    return attempt(request, pk, lambda common: answering.answer(**form.cleaned_data, **common), _("Answered."))


@requires(SEES, ANSWERS)
@require_POST
def refusal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close the request without doing what it asks. Raises Http404."""
    form = ReasonForm(request.POST, prefix="refuse")
    if not form.is_valid():
        return page(request, shown(pk), refuse_form=form)
    done = _("Refused. Tell the person why, and that they may complain to the authority.")
    return attempt(request, pk, lambda common: answering.refuse(**form.cleaned_data, **common), done)


@requires(SEES, ANSWERS)
@require_POST
def cancellation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close a request that was taken back. Raises Http404."""
    form = ReasonForm(request.POST, prefix="cancel")
    if not form.is_valid():
        return page(request, shown(pk), cancel_form=form)
    return attempt(request, pk, lambda common: answering.cancel(**form.cleaned_data, **common), _("Taken back."))


def attempt(request: HttpRequest, pk: UUID, act: Callable[[dict[str, Any]], object], done: str) -> HttpResponse:
    """Do it, say what became of it, and show the request again. Raises Http404."""
    get_object_or_404(DataRequest, pk=pk)
    common = {
        "request_id": pk,
        "actor": person_of(request),
        "now": timezone.now(),
        "origin": origin_of(request),
    }
    try:
        act(common)
    except RequestRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("profiles:request", pk)
