"""Deals: mine and everybody's, one of them, and holding or releasing a customer's marketing because of it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagement.profiles.actions import deals as actions
from engagement.profiles.forms import DealForm, HoldForm, ReleaseForm
from engagement.profiles.models import Deal, Profile
from engagement.profiles.models.deal import OVER
from engagement.profiles.selectors import deals as selector
from engagement.profiles.views.people import key_in
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import person_of, require_permission, requires
from engagement.village.audit import origin_of

TABS = ("mine", "everybody", "over")


@requires("profiles.view_deal")
@require_safe
def deals(request: HttpRequest) -> HttpResponse:
    """A page of deals, with what is about to reach each customer: mine, everybody's, or those that are over."""
    reader, after = person_of(request), request.GET.get("after", "")
    may_own = reader.has_perm("profiles.change_deal")
    tab = request.GET.get("of", "")
    tab = tab if tab in TABS else "mine" if may_own else "everybody"
    now = timezone.now()
    stage = request.GET.get("stage", "")
    stage = stage if stage in Deal.Stage.values and (stage in OVER) == (tab == "over") else ""
    whose: dict[str, Any] = {"owner": reader if tab == "mine" else None, "over": tab == "over"}
    rows, next_key = selector.page(**whose, after=key_in(after) if after else None, now=now, stage=stage)
    steps = selector.pipeline(**whose, chosen=stage)
    context = {
        "rows": rows,
        "next_key": next_key,
        "tab": tab,
        "may_own": may_own,
        "now": now,
        "stage": stage,
        "stages": steps if any(step.number for step in steps) else [],
    }
    return render(request, "profiles/deals.html", context)


@requires("profiles.view_profile", "profiles.add_deal")
@require_http_methods(["GET", "HEAD", "POST"])
def new_deal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open a deal with a person."""
    person = get_object_or_404(Profile, pk=pk, canonical=None, erased_at=None)
    actor = person_of(request)
    form = DealForm(request.POST if request.method == "POST" else None, owner=actor)
    if request.method == "POST" and form.is_valid():
        deal = actions.open_deal(
            profile_id=pk, owner=form.cleaned_data["owner"], terms=form.terms, actor=actor, now=timezone.now()
        )
        messages.success(request, _("The deal is open."))
        return redirect("profiles:deal", deal.pk)
    return render(
        request, "profiles/new_deal.html", {"person": person, "form": form}, status=422 if form.errors else 200
    )


@requires("profiles.view_deal")
@require_http_methods(["GET", "HEAD", "POST"])
def deal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One deal; who may change it gets the form, which writes over nothing that it did not show. Raises Http404."""
    if request.method == "POST":
        require_permission(request, "profiles.change_deal")
    with rows_to_edit(request, Deal.objects.select_related("profile", "owner", "company")) as rows:
        return _deal(request, get_object_or_404(rows, pk=pk))


def _deal(request: HttpRequest, shown: Deal) -> HttpResponse:
    pk = shown.pk
    form = DealForm(request.POST if request.method == "POST" else None, deal=shown, owner=person_of(request))
    if request.method == "POST" and not shown.is_open:
        messages.error(request, _("This deal is over already."))
        return redirect("profiles:deal", pk)
    if request.method == "POST" and form.is_valid():
        facts = {"owner": form.cleaned_data["owner"], "terms": form.terms, "actor": person_of(request)}
        _attempt(request, lambda: actions.change_deal(deal_id=pk, now=timezone.now(), **facts), _("Saved."))
        return redirect("profiles:deal", pk)
    return _deal_page(request, shown, form=form)


def _deal_page(request: HttpRequest, shown: Deal, **forms: Any) -> HttpResponse:
    now = timezone.now()
    (row,) = selector.rows([shown], now)
    given = {
        "form": DealForm(deal=shown, owner=person_of(request)),
        "hold_form": HoldForm(),
        "release_form": ReleaseForm(),
    } | forms
    wrong = any(form.errors for form in given.values())
    return render(
        request, "profiles/deal.html", {"row": row, "deal": shown, "now": now, **given}, status=422 if wrong else 200
    )


@requires("profiles.view_deal", "profiles.hold_marketing")
@require_POST
def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hold back the customer's marketing, with a reason. Raises Http404."""
    shown = get_object_or_404(Deal.objects.select_related("profile", "owner", "company"), pk=pk)
    form = HoldForm(request.POST)
    if not form.is_valid():
        return _deal_page(request, shown, hold_form=form)
    facts = {"reason": form.cleaned_data["reason"], "actor": person_of(request), "origin": origin_of(request)}
    _attempt(
        request,
        lambda: actions.hold(deal_id=pk, now=timezone.now(), **facts),
        _("Held. Their marketing waits for you."),
    )
    return redirect("profiles:deal", pk)


@requires("profiles.view_deal", "profiles.hold_marketing")
@require_POST
def release(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let marketing go on until the end of a day. Raises Http404."""
    shown = get_object_or_404(Deal.objects.select_related("profile", "owner", "company"), pk=pk)
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return _deal_page(request, shown, release_form=form)
    facts: dict[str, Any] = {"until": form.ends_at, "reason": form.cleaned_data["reason"]}
    facts |= {"actor": person_of(request), "origin": origin_of(request)}
    _attempt(
        request,
        lambda: actions.release(deal_id=pk, now=timezone.now(), **facts),
        _("Released. Marketing may reach them again."),
    )
    return redirect("profiles:deal", pk)


@requires("profiles.view_deal", "profiles.change_deal")
@require_POST
def outcome(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Win the deal, or with ``lost=1`` lose it. Raises Http404."""
    shown = get_object_or_404(Deal, pk=pk)
    lost = bool(request.POST.get("lost"))
    act = actions.lose if lost else actions.win
    _attempt(
        request,
        lambda: act(deal_id=shown.pk, actor=person_of(request), now=timezone.now()),
        _("The deal is lost.") if lost else _("The deal is won."),
    )
    return redirect("profiles:deal", pk)


def _attempt(request: HttpRequest, act: Callable[[], object], done: str) -> None:
    try:
        act()
    except actions.DealRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
