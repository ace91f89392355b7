"""The matrix of the five Cs, one C with its items, and what people believe."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagement.operations.actions.count import TOPIC, count
from engagement.operations.actions.steer import SteeringRefused, claim, own
from engagement.operations.checklist import AREAS
from engagement.operations.forms import ClaimForm, OwnerForm
from engagement.operations.models import AreaOwner, Outcome
from engagement.operations.names import AREA_NAMES
from engagement.operations.selectors.claims import ClaimsChart, beliefs, claims_of
from engagement.operations.selectors.matrix import PERIODS, matrix
from engagement.operations.selectors.rows import fixes_of
from engagement.operations.selectors.value import value
from engagement.ui.stale_forms import setting_to_edit
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of
from engagement.village.models import User

READ = "operations.view_checklist"


@requires(READ)
@require_safe
def model(request: HttpRequest) -> HttpResponse:
    """The matrix, and what is claimed beside it; the part ``#matrix`` alone for htmx."""
    now = timezone.now()
    period = request.GET.get("period", "")
    period = period if period in PERIODS else "quarter"
    found = matrix(now=now, compared_days=PERIODS[period])
    failing = [line for line in [*found.lines, *found.additional] if line.outcome == Outcome.FAIL]
    fixes = fixes_of(items=[line.item for line in failing], user=person_of(request))
    context = {
        "matrix": found,
        "claims": ClaimsChart(beliefs(matrix=found)),
        "failing": [(line, fixes[line.item.name]) for line in failing],
        "value": value(),
        "now": now,
        "topic": TOPIC,
        "period": period,
        "periods": [("week", _("Week")), ("quarter", _("Quarter")), ("year", _("Year"))],
    }
    is_part = request.headers.get("HX-Target", "").endswith("#model")
    return render(request, "operations/model.html#model" if is_part else "operations/model.html", context)


@requires(READ)
@require_POST
def counting(request: HttpRequest) -> HttpResponse:
    """Ask every question again, now."""
    rows = count(now=timezone.now())
    messages.success(request, _("Counted: %(count)d questions were asked again.") % {"count": len(rows)})
    return redirect("operations:model")


@requires(READ)
@require_safe
def area(request: HttpRequest, area: str) -> HttpResponse:
    """One C: each of its items with its answer. Raises Http404 for a C that is none."""
    if area not in AREAS:
        raise Http404(area)
    return _draw_area(request, area, OwnerForm(area=area, owner=_owner_of(area)))


def _owner_of(area: str) -> User | None:
    owner = AreaOwner.objects.filter(area=area).select_related("person").first()
    return owner.person if owner is not None else None


def _draw_area(request: HttpRequest, area: str, form: OwnerForm) -> HttpResponse:
    now = timezone.now()
    found = matrix(now=now)
    row = next(row for row in found.rows if row.area == area)
    items = [line.item for cell in row.cells for line in [*cell.lines, *cell.additional]]
    fixes = fixes_of(items=items, user=person_of(request))
    context = {"row": row, "matrix": found, "form": form, "fixes": fixes, "now": now}
    return render(request, "operations/area.html", context, status=422 if form.errors else 200)


@requires("operations.set_target")
@require_POST
def owner(request: HttpRequest, area: str) -> HttpResponse:
    """Say who answers for a C."""
    if area not in AREAS:
        raise Http404(area)
    with setting_to_edit(request, f"operations.owner:{area}"):
        form = OwnerForm(request.POST, area=area, owner=_owner_of(area))
        if not form.is_valid():
            return _draw_area(request, area, form)
        own(
            area=area,
            person=form.cleaned_data["person"],
            actor=person_of(request),
            now=timezone.now(),
            origin=origin_of(request),
        )
    messages.success(request, _("%(area)s: saved.") % {"area": AREA_NAMES[area]})
    return redirect("operations:area", area)


@requires(READ)
@require_http_methods(["GET", "POST"])
def claims(request: HttpRequest) -> HttpResponse:
    """What I believe of the five Cs."""
    person, now = person_of(request), timezone.now()
    with setting_to_edit(request, f"operations.claims:{person.pk}"):
        form = ClaimForm(request.POST or None, initial=claims_of(person=person))
        if request.method == "POST" and form.is_valid():
            try:
                claim(person=person, levels=form.levels(), now=now)
            except SteeringRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Noted. It stands beside what is measured."))
                return redirect("operations:model")
    return render(request, "operations/claims.html", {"form": form}, status=422 if form.errors else 200)
