"""The campaigns, and the page of one: before its launch what is missing, afterwards how far it is."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from campaigns.actions.steering import APPROVAL_WITHDRAWN
from campaigns.models import Campaign
from campaigns.segments.rules import BadRules
from campaigns.segments.sentences import sentence_of
from campaigns.selectors import overview
from campaigns.selectors.bound import withdrawn_from
from campaigns.selectors.forecast import forecast
from campaigns.selectors.launch_snapshot import read_token
from campaigns.selectors.preflight import examine, missing
from campaigns.selectors.progress import progress
from campaigns.selectors.results import comparisons
from engagement.realtime.topics import sequences
from engagement.village.access import person_of, requires
from engagement.village.views.cursors import key_of

RELATED = (
    *("owner", "segment", "email_template__owner", "sms_template__owner", "email_channel", "sms_channel"),
    *("email_revision", "sms_revision"),
)


@requires("campaigns.view_campaign")
@require_GET
def campaigns(request: HttpRequest) -> HttpResponse:
    """All campaigns, the newest first, a page at a time."""
    page = overview.page(reader=person_of(request), after=key_of(request.GET.get("after", "")))
    context = {"page": page, "now": timezone.now(), "seq": _seq("campaigns:all")}
    return render(request, _template(request, "campaigns/campaigns.html", {"campaigns-list": "list"}), context)


@requires("campaigns.view_campaign")
@require_GET
def campaign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One campaign; htmx asks for its forecast and for its live part."""
    now = timezone.now()
    shown = get_object_or_404(Campaign.objects.visible_to(person_of(request)).select_related(*RELATED), pk=pk)
    page = "campaigns/campaign.html"
    parts = {"forecast": "forecast"} if shown.is_draft else {"progress": "progress", "campaign-head": "head"}
    template = _template(request, page, parts)
    if template.endswith("#forecast"):
        return render(request, template, _forecast(shown, now))
    if shown.is_draft:
        return draw_draft(request, shown, seen=request.GET.get("seen", ""))
    context = _launched(shown, now)
    reader = person_of(request)
    may_withdraw = reader.has_perm("campaigns.launch_campaign") or reader.has_perm("collaboration.decide_approval")
    context["is_under_way"] = may_withdraw and not shown.is_over
    context["withdrawn"] = withdrawn_from(shown, now) if shown.pause_reason == APPROVAL_WITHDRAWN else set()
    if not template.endswith("#head"):
        context |= {"comparisons": comparisons(campaign=shown)}
    return render(request, template, context)


def draw_draft(request: HttpRequest, shown: Campaign, *, seen: str = "", status: int = 200) -> HttpResponse:
    """Draw the page of a draft. ``seen``: the token of what was looked at before; what changed since is said."""
    now = timezone.now()
    context = _draft(shown, now, seen)
    if request.GET.get("forecast"):
        context |= _forecast(shown, now)
    return render(request, "campaigns/campaign.html", context, status=status)


def _template(request: HttpRequest, page: str, parts: dict[str, str]) -> str:
    """Return the page, or the part whose element htmx wants to replace."""
    target = request.headers.get("HX-Target", "").rpartition("#")[2]
    return f"{page}#{parts[target]}" if request.headers.get("HX-Request") and target in parts else page


def _draft(shown: Campaign, now: datetime, seen: str) -> dict[str, Any]:
    found = examine(campaign=shown, now=now)
    return {
        **_facts(shown, now, shown.segment.rules if shown.segment else None),
        "checks": [check for check in found.checks if check.state != "ok"],
        "fine": [check for check in found.checks if check.state == "ok"],
        "missing": len(missing(found.checks)),
        "seen_token": found.snapshot.token,
        "unseen": bool(seen) and not read_token(seen).seen_hash,
        "changes": found.snapshot.changes_since(read_token(seen)) if seen else [],
    }


def _launched(shown: Campaign, now: datetime) -> dict[str, Any]:
    return {**_facts(shown, now, shown.rules), "progress": progress(campaign=shown, now=now)}


def _facts(shown: Campaign, now: datetime, rules: Any) -> dict[str, Any]:
    who = sentence_of(rules) if rules is not None else ""
    return {"campaign": shown, "now": now, "who": who, "seq": _seq(f"campaign:{shown.pk}")}


def _forecast(shown: Campaign, now: datetime) -> dict[str, Any]:
    try:
        return {"campaign": shown, "forecast": forecast(campaign=shown, now=now), "asked": True}
    except BadRules as error:
        return {"campaign": shown, "forecast": None, "asked": True, "wrong": str(error)}


def _seq(topic: str) -> int:
    return sequences([topic]).get(topic, 0)
