"""Adoption: the page, one department with its steps and champions, and the question to a colleague."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST, require_safe

from engagement.operations.actions.adoption import (
    AdoptionRefused,
    add_champion,
    count_adoption,
    remove_champion,
    tick_step,
)
from engagement.operations.adoption_forms import ChampionForm
from engagement.operations.ask import NobodyToAsk, ask_person
from engagement.operations.links import may_open, who_can_open
from engagement.operations.models import AdoptionCount, Champion, Objection, Win
from engagement.operations.selectors.adoption import Adoption, DepartmentLine, frozen_figures
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of
from engagement.village.models import Department
from engagement.village.views.cursors import key_of

READ, LEAD = "operations.view_adoption", "operations.change_adoption"


@requires(READ)
@require_safe
def adoption(request: HttpRequest) -> HttpResponse:
    """Who works here, what departments did, what they object, what they won; ``?period=`` week or month."""
    now, period = timezone.now(), _period(request)
    page = Adoption(period=period, now=now)
    context = {
        "page": page,
        "frozen": frozen_figures([*page.objections, *page.wins]),
        "periods": [("week", _("Week")), ("month", _("Month"))],
        "now": now,
    }
    return render(request, "operations/adoption/adoption.html", context)


def _period(request: HttpRequest) -> str:
    period = request.GET.get("period", AdoptionCount.Period.WEEK)
    if period not in AdoptionCount.Period.values:
        raise BadRequest("period")
    return period


@requires(READ)
@require_POST
def counting(request: HttpRequest) -> HttpResponse:
    """Ask every source again, now."""
    count_adoption(now=timezone.now())
    messages.success(request, _("The figures were counted again."))
    return redirect("operations:adoption")


@requires(READ)
@require_safe
def department(request: HttpRequest, slug: str) -> HttpResponse:
    """One department: its people, its steps, its champions, what it objects and won."""
    return _draw(request, get_object_or_404(Department, slug=slug))


def _draw(request: HttpRequest, shown: Department, form: ChampionForm | None = None) -> HttpResponse:
    now, period = timezone.now(), _period(request)
    page = Adoption(period=period, now=now)
    objections = list(Objection.objects.filter(department=shown).select_related("author", "answered_by"))
    wins = list(Win.objects.filter(department=shown).select_related("announcement"))
    context = {
        "page": page,
        "line": page.line_of(shown),
        "objections": objections,
        "wins": wins,
        "frozen": frozen_figures([*objections, *wins]),
        "form": form or ChampionForm(department=shown),
        "asks": _asks(request, page.line_of(shown)),
        "periods": [("week", _("Week")), ("month", _("Month"))],
        "now": now,
    }
    return render(request, "operations/adoption/department.html", context, status=422 if form else 200)


def _asks(request: HttpRequest, line: DepartmentLine) -> dict[str, Any]:
    """The next step that somebody else takes: who invites the first person, who becomes champion."""
    asker = person_of(request)
    url = reverse("village:invitation")
    if not line.is_in:
        if may_open(user=asker, url=url):
            return {"invite_url": url}
        return {"inviter": who_can_open(url=url, but=asker)}
    return {"candidate": line.candidate if not line.champions else None}


@requires(LEAD)
@require_POST
def step(request: HttpRequest, slug: str) -> HttpResponse:
    """Mark a step of the onboarding as done (``step``, ``done`` 1 or 0)."""
    shown = get_object_or_404(Department, slug=slug)
    try:
        tick_step(
            department=shown,
            step=request.POST.get("step", ""),
            is_done=request.POST.get("done") == "1",
            actor=person_of(request),
            now=timezone.now(),
            origin=origin_of(request),
        )
    except AdoptionRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("operations:adoption-department", slug)


@requires(LEAD)
@require_POST
def champion(request: HttpRequest, slug: str) -> HttpResponse:
    """Name a champion (``person``), or take one away (``remove``)."""
    shown, actor, now = get_object_or_404(Department, slug=slug), person_of(request), timezone.now()
    if removed := request.POST.get("remove"):
        champions = Champion.objects.filter(department=shown).select_related("person")
        person = get_object_or_404(champions, person=key_of(removed)).person
        remove_champion(department=shown, person=person, actor=actor, now=now, origin=origin_of(request))
        return redirect("operations:adoption-department", slug)
    form = ChampionForm(request.POST, department=shown)
    if not form.is_valid():
        return _draw(request, shown, form)
    try:
        add_champion(
            department=shown, person=form.cleaned_data["person"], actor=actor, now=now, origin=origin_of(request)
        )
    except AdoptionRefused as refusal:
        form.add_error("person", str(refusal))
        return _draw(request, shown, form)
    messages.success(request, _("%(name)s is a champion now.") % {"name": form.cleaned_data["person"].name})
    return redirect("operations:adoption-department", slug)


@requires(LEAD)
@require_POST
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask a colleague for a department's next step, by a task. Asking again asks once."""
    shown, asker = get_object_or_404(Department, slug=slug), person_of(request)
    page = Adoption(period=AdoptionCount.Period.WEEK, now=timezone.now())
    line = page.line_of(shown)
    url = request.build_absolute_uri(reverse("operations:adoption-department", args=[slug]))
    if line.is_in:
        person, about = line.candidate, f"champion {slug}"
    else:
        person, about = who_can_open(url=reverse("village:invitation"), but=asker), f"invite {slug}"
        url = request.build_absolute_uri(reverse("village:invitation"))
    with override(person.language if person else None):
        title = (
            _("Become the champion of %(department)s") % {"department": shown}
            if line.is_in
            else _("Invite the first person of %(department)s") % {"department": shown}
        )
    try:
        if person is None:
            raise NobodyToAsk
        asked = ask_person(person=person, asker=asker, about=about, title=title[:200], text=url)
    except NobodyToAsk:
        messages.error(request, _("Nobody can be asked yet. Ask an administrator to invite somebody."))
    else:
        if asked.is_new:
            messages.success(request, _("A task for %(name)s was created.") % {"name": person.name})
        else:
            messages.info(request, _("You asked %(name)s already. The task is open.") % {"name": person.name})
    return redirect("operations:adoption-department", slug)
