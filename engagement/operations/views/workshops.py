"""Workshops: opened and led by somebody here, joined by phones without an account."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagement.channels.unsubscribe.limits import is_too_often
from engagement.operations.actions.method import (
    CODE_LASTS,
    MethodRefused,
    close_workshop,
    hash_token,
    join_workshop,
    open_workshop,
    score,
    write_notes,
)
from engagement.operations.method_forms import JoinForm, ScoreForm, WorkshopForm, WorkshopNotesForm
from engagement.operations.models import Workshop, WorkshopParticipant
from engagement.operations.selectors.method import spread_of
from engagement.operations.views.method import CHANGE
from engagement.operations.views.model import READ
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import person_of, public, requires
from engagement.village.audit import origin_of

_LISTED = 100
_WRONG_CODES = 30  # a minute and address of the network
_COOKIE = "workshop"


@requires(READ)
@require_safe
def workshops(request: HttpRequest) -> HttpResponse:
    """Every workshop, newest first."""
    found = Workshop.objects.select_related("facilitator")[:_LISTED]
    return render(request, "operations/method/workshops.html", {"workshops": found, "now": timezone.now()})


@requires(CHANGE)
@require_http_methods(["GET", "POST"])
def workshop_new(request: HttpRequest) -> HttpResponse:
    """Open a workshop."""
    form = WorkshopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = open_workshop(
            title=form.cleaned_data["title"],
            agenda=form.cleaned_data["agenda"],
            actor=person_of(request),
            now=timezone.now(),
            origin=origin_of(request),
        )
        return redirect("operations:workshop", made.pk)
    return render(request, "operations/method/workshop_form.html", {"form": form}, status=422 if form.errors else 200)


@requires(READ)
@require_safe
def workshop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The page on the wall: code, who joined, the spread; the part ``#spread`` alone for htmx."""
    shown = get_object_or_404(Workshop.objects.select_related("facilitator"), pk=pk)
    return _draw(request, shown, WorkshopNotesForm(instance=shown))


def _draw(request: HttpRequest, shown: Workshop, form: WorkshopNotesForm) -> HttpResponse:
    now = timezone.now()
    context = {
        "workshop": shown,
        "spread": spread_of(workshop=shown, now=now),
        "is_open": shown.is_open(now),
        "join_url": request.build_absolute_uri(reverse("operations:workshop-join")),
        "form": form,
        "now": now,
    }
    is_part = request.headers.get("HX-Target", "").endswith("spread")
    template = "operations/method/workshop.html" + ("#spread" if is_part else "")
    return render(request, template, context, status=422 if form.errors else 200)


@requires(CHANGE)
@require_POST
def workshop_notes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep what was discussed and agreed."""
    with rows_to_edit(request, Workshop.objects.all()) as rows:
        shown = get_object_or_404(rows, pk=pk)
        form = WorkshopNotesForm(request.POST, instance=shown)
        if not form.is_valid():
            return _draw(request, shown, form)
        write_notes(
            workshop=shown,
            notes=form.cleaned_data["notes"],
            actions=form.cleaned_data["actions"],
            actor=person_of(request),
            now=timezone.now(),
            origin=origin_of(request),
        )
    messages.success(request, _("Saved."))
    return redirect("operations:workshop", pk)


@requires(CHANGE)
@require_POST
def workshop_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Nobody joins or scores any more."""
    shown = get_object_or_404(Workshop, pk=pk)
    close_workshop(workshop=shown, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
    messages.success(request, _("The workshop is closed."))
    return redirect("operations:workshop", pk)


@requires(READ)
@require_safe
def workshop_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The workshop on paper: agenda, spread, what was discussed and agreed."""
    shown = get_object_or_404(Workshop.objects.select_related("facilitator"), pk=pk)
    context = {"workshop": shown, "spread": spread_of(workshop=shown, now=timezone.now())}
    return render(request, "operations/method/workshop_report.html", context)


@public
@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Join a workshop by its code, under a name. Nobody needs an account."""
    form = JoinForm(request.POST or None, initial={"code": request.GET.get("code", "")[:12]})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            now = timezone.now()
            found = Workshop.objects.filter(code=form.cleaned_data["code"]).first()
            if found is None or not found.is_open(now):
                if is_too_often(f"workshop:{request.META.get('REMOTE_ADDR', '')}", most=_WRONG_CODES):
                    status = 429
                form.add_error("code", _("No open workshop has this code. Check it with whoever leads the workshop."))
            else:
                try:
                    token = join_workshop(workshop=found, name=form.cleaned_data["name"], now=now)
                except MethodRefused as refusal:
                    form.add_error(None, str(refusal))
                else:
                    answer = redirect("operations:workshop-score")
                    answer.set_cookie(
                        _COOKIE,
                        token,
                        max_age=int(CODE_LASTS.total_seconds()),
                        httponly=True,
                        secure=request.is_secure(),
                        samesite="Lax",
                        path=reverse("operations:workshop-join"),
                    )
                    return answer
    return render(request, "operations/method/join.html", {"form": form}, status=status)


@public
@never_cache
@require_http_methods(["GET", "POST"])
def scoring(request: HttpRequest) -> HttpResponse:
    """Score each aspect of each C on one's own phone; saving again replaces what was scored."""
    participant = _participant(request)
    if participant is None:
        return redirect("operations:workshop-join")
    given = {f"{one.area}-{one.aspect}": one.level for one in participant.scores.all()}
    form = ScoreForm(request.POST or None, initial=given)
    is_open = participant.workshop.is_open(timezone.now())
    if request.method == "POST" and form.is_valid():
        try:
            score(participant=participant, levels=form.levels(), now=timezone.now())
        except MethodRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your scores are in. You may change them until the workshop is closed."))
            return redirect("operations:workshop-score")
    context = {"form": form, "participant": participant, "is_open": is_open}
    return render(request, "operations/method/scoring.html", context, status=422 if form.errors else 200)


def _participant(request: HttpRequest) -> WorkshopParticipant | None:
    token = request.COOKIES.get(_COOKIE, "")
    if not token:
        return None
    found = WorkshopParticipant.objects.select_related("workshop").prefetch_related("scores")
    return found.filter(token_hash=hash_token(token)).first()
