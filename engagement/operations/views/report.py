"""The report of the quarter: how far the organization is, what changed, what was promised and what it is worth."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from engagement.operations.models import Requirement, Win
from engagement.operations.selectors.claims import ClaimsChart, beliefs
from engagement.operations.selectors.coverage import coverage_of
from engagement.operations.selectors.matrix import PERIODS, matrix
from engagement.operations.selectors.plan import plan_state
from engagement.operations.selectors.value import value
from engagement.operations.views.model import READ
from engagement.village.access import requires

PERIOD = "quarter"
MAX_WINS = 12


@requires(READ)
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """The last 91 days on one page, for reading, printing and saving as PDF."""
    now = timezone.now()
    found = matrix(now=now, compared_days=PERIODS[PERIOD])
    coverage = coverage_of(requirements=Requirement.objects.current(), now=now)
    context = {
        "matrix": found,
        "claims": ClaimsChart(beliefs(matrix=found)),
        "changed": [(row, cell) for row in found.rows for cell in row.cells if cell.change],
        "value": value(),
        "plan": plan_state(now=now),
        "coverage": coverage,
        "met_count": sum(one.is_met for one in coverage),
        "wins": Win.objects.select_related("department").order_by("-key")[:MAX_WINS],
        "now": now,
    }
    return render(request, "operations/report.html", context)
