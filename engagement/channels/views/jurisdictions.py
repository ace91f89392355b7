"""Rules of each place: the list, one place with its versions, and the form for the next version."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagement.channels.jurisdictions.changing import (
    ChangeOfRulesRefused,
    propose_rule_sheet,
    withdraw_rule_sheet,
)
from engagement.channels.jurisdictions.forms import RuleSheetForm
from engagement.channels.models import Jurisdiction, RuleSheet
from engagement.channels.selectors.jurisdictions import list_places, show_place
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of

SEE, CHANGE = "engagement_channels.view_jurisdiction", "engagement_channels.change_jurisdiction"


@requires(SEE)
@require_safe
def jurisdictions(request: HttpRequest) -> HttpResponse:
    """Every place that has rules."""
    rows = list_places(now=timezone.now())
    return render(request, "channels/jurisdictions/list.html", {"rows": rows})


@requires(SEE)
@require_safe
def jurisdiction(request: HttpRequest, code: str) -> HttpResponse:
    """One place. Raises Http404."""
    page = show_place(place=_place(code), now=timezone.now())
    return render(request, "channels/jurisdictions/one.html", {"page": page, "place": page.place})


def _place(code: str) -> Jurisdiction:
    country, _dash, state = code.partition("-")
    return get_object_or_404(Jurisdiction, country=country, state=state)


@requires(SEE, CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, code: str) -> HttpResponse:
    """Write the next version of a place's rules. Raises Http404; 422 with the form."""
    now = timezone.now()
    with rows_to_edit(request, Jurisdiction.objects.filter(pk=_place(code).pk)) as rows:
        place = rows.get()
        approved = place.sheets.approved().order_by("-valid_from", "-number")
        form = RuleSheetForm(
            request.POST if request.method == "POST" else None, place=place, shown=approved.first(), now=now
        )
        if form.is_valid() and _propose(request, place, form):
            return redirect("channels:jurisdiction", place.code)
        waiting = place.sheets.filter(status=RuleSheet.Status.PROPOSED).first()
    context = {"place": place, "form": form, "waiting": waiting}
    return render(request, "channels/jurisdictions/form.html", context, status=422 if form.is_bound else 200)


def _propose(request: HttpRequest, place: Jurisdiction, form: RuleSheetForm) -> bool:
    try:
        propose_rule_sheet(
            place=place,
            rules=form.rules,
            sources=form.cleaned_data["sources"],
            valid_from=form.begins_at(),
            reason=form.cleaned_data["reason"],
            author=person_of(request),
            now=form.now,
            origin=origin_of(request),
        )
    except ChangeOfRulesRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Proposed. It holds once another person has approved it."))
    return True


@requires(SEE, CHANGE)
@require_POST
def withdrawal(request: HttpRequest, code: str) -> HttpResponse:
    """Take one's own proposal back. Raises Http404."""
    mine = _place(code).sheets.filter(status=RuleSheet.Status.PROPOSED, author=person_of(request))
    waiting = mine.first()
    if waiting is None:
        raise Http404(code)
    withdraw_rule_sheet(sheet_id=waiting.pk, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
    messages.success(request, _("The proposal was withdrawn."))
    return redirect("channels:jurisdiction", code)
