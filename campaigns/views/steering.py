"""Launch, pause, resume, end: each does one of these and shows the campaign's page."""

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.actions import launch as launching
from campaigns.actions import steering
from campaigns.actions.duplicate import duplicate_campaign
from campaigns.models import Campaign
from campaigns.selectors.launch_snapshot import read_token
from campaigns.views.campaigns import draw_draft
from collaboration.approvals import ApprovalRefused, NothingToRevoke, revoke_approval
from content.selectors.approved import approval_of
from engagement.village.access import AccessDenied, person_of, requires
from engagement.village.audit import origin_of

MAY = ("campaigns.view_campaign", "campaigns.launch_campaign")


@requires(*MAY)
@require_POST
def launch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Launch a draft as it was shown. What is missing, or has changed since, is said, and nothing has changed."""
    shown, actor, now = _find(request, pk), person_of(request), timezone.now()
    token = request.POST.get("seen", "")
    try:
        done = launching.launch(campaign=shown, actor=actor, now=now, origin=origin_of(request), seen=read_token(token))
    except (launching.NothingSeen, launching.ChangedMeanwhile):
        return _show_changes(request, shown, token)
    except launching.NotReady as error:
        said = "; ".join(str(check.title) for check in error.checks)
        messages.error(request, _("It cannot be launched yet: %(missing)s.") % {"missing": said})
    else:
        _say_launched(request, done, now)
    return _back(request, shown)


def _say_launched(request: HttpRequest, done: Campaign, now: datetime) -> None:
    if done.launched_at == now:
        messages.success(request, _("Launched. Its people are being frozen."))
        return
    who = done.launched_by.name if done.launched_by else ""
    messages.info(request, _("%(who)s has launched it already.") % {"who": who})


def _show_changes(request: HttpRequest, shown: Campaign, token: str) -> HttpResponse:
    """Show the page as it is now, with what changed: 409; htmx goes there itself."""
    if request.headers.get("HX-Request"):
        url = reverse("campaigns:campaign", args=[shown.pk])
        return HttpResponse(headers={"HX-Redirect": f"{url}?{urlencode({'seen': token or '-'})}"})
    return draw_draft(request, shown, seen=token or "-", status=409)


@requires(*MAY)
@require_http_methods(["POST", "DELETE"])
def pause(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST pauses; DELETE, or POST with ``resume``, lets it go on."""
    shown, now = _find(request, pk), timezone.now()
    resumes = request.method == "DELETE" or bool(request.POST.get("resume"))
    act = steering.resume if resumes else steering.pause
    try:
        act(campaign=shown, actor=person_of(request), now=now, origin=origin_of(request))
    except steering.CampaignEnded:
        if steering.end_if_over(campaign_id=shown.pk, now=now):
            steering.wind_up(campaign_id=shown.pk, now=now)
        messages.error(request, _("Its end has come. Nothing more leaves. Duplicate it to go on with new dates."))
    except steering.ApprovalWithdrawn:
        messages.error(request, _("The approval of its content was withdrawn. Have it approved again, then resume."))
    except steering.NotLaunched:
        messages.error(request, _("Only a campaign that is under way can be paused or resumed."))
    else:
        done = _("It goes on.") if resumes else _("Paused. Nothing more leaves until somebody resumes it.")
        messages.success(request, done)
    return _back(request, shown)


@requires("campaigns.view_campaign")
@require_POST
def approval(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    """Withdraw the approval of what a campaign sends by a kind of channel: it and all others with it are paused."""
    shown, actor = _find(request, pk), person_of(request)
    if not (actor.has_perm("campaigns.launch_campaign") or actor.has_perm("collaboration.decide_approval")):
        raise AccessDenied("campaigns.launch_campaign")
    revision = shown.revision_of(kind)
    asked = approval_of(revision) if revision is not None else None
    reason = request.POST.get("reason", "") or _("Withdrawn on the page of “%(campaign)s”") % {"campaign": shown.name}
    try:
        if asked is None:
            raise NothingToRevoke
        revoke_approval(request_id=asked.pk, actor=actor, reason=reason, now=timezone.now())
    except ApprovalRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The approval is withdrawn. Campaigns under way with it are paused."))
    return _back(request, shown)


@requires(*MAY)
@require_POST
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop it for good."""
    shown, now = _find(request, pk), timezone.now()
    try:
        steering.stop(campaign=shown, actor=person_of(request), now=now, origin=origin_of(request))
        steering.wind_up(campaign_id=shown.pk, now=now)
    except steering.NotLaunched:
        messages.error(request, _("A draft has nothing to stop."))
    else:
        messages.success(request, _("Stopped. Nothing more leaves."))
    return _back(request, shown)


@requires("campaigns.view_campaign", "campaigns.add_campaign")
@require_POST
def duplicate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a new draft like it, without its dates."""
    shown, now = _find(request, pk), timezone.now()
    made = duplicate_campaign(campaign=shown, actor=person_of(request), now=now, origin=origin_of(request))
    messages.success(request, _("Duplicated. Enter the dates, then launch it."))
    return _back(request, made)


def _find(request: HttpRequest, pk: UUID) -> Campaign:
    found: Campaign = get_object_or_404(Campaign.objects.visible_to(person_of(request)), pk=pk)
    return found


def _back(request: HttpRequest, shown: Campaign) -> HttpResponse:
    url = reverse("campaigns:campaign", args=[shown.pk])
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
