"""The models of the method: the catalog of use cases, and the path from value to capability to check."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from engagement.operations.actions.method import plan_use_case
from engagement.operations.method_forms import UseCaseForm
from engagement.operations.models import UseCasePlan
from engagement.operations.selectors.method import CatalogPage, board
from engagement.operations.use_cases import catalog
from engagement.operations.views.model import READ
from engagement.ui.stale_forms import setting_to_edit
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of

CHANGE = "operations.change_method"


@requires(READ)
@require_safe
def use_cases(request: HttpRequest) -> HttpResponse:
    """What each department may do with which capability, and what is adopted."""
    now = timezone.now()
    context = {"page": CatalogPage(now=now), "today": timezone.localtime(now).date()}
    return render(request, "operations/method/use_cases.html", context)


@requires(CHANGE)
@require_http_methods(["GET", "POST"])
def use_case(request: HttpRequest, name: str) -> HttpResponse:
    """Plan one use case. Raises Http404."""
    shown = catalog().use_case(name)
    if shown is None:
        raise Http404(name)
    with setting_to_edit(request, f"operations.use_case:{name}"):
        plan = UseCasePlan.objects.filter(use_case=name).first()
        form = UseCaseForm(request.POST if request.method == "POST" else None, use_case=shown, plan=plan)
        if request.method == "POST" and form.is_valid():
            plan_use_case(
                use_case=shown,
                is_adopted=form.cleaned_data.get("is_adopted", False),
                target_date=form.cleaned_data["target_date"],
                actor=person_of(request),
                now=timezone.now(),
                origin=origin_of(request),
            )
            messages.success(request, _("Saved."))
            return redirect("operations:use-cases")
    lines = CatalogPage(now=timezone.now()).lines
    line = next((one for one in lines if one.use_case.code == name), None)
    context = {"line": line, "use_case": shown, "form": form}
    return render(request, "operations/method/use_case.html", context, status=422 if form.errors else 200)


@requires(READ)
@require_safe
def roi(request: HttpRequest) -> HttpResponse:
    """What it is worth: each value case with its capability, its checks and its figure."""
    return render(request, "operations/method/roi.html", {"board": board(now=timezone.now())})
