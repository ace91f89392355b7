"""The channels: how they are, and what may be changed about each."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from engagement.channels.actions import configure as actions
from engagement.channels.actions.signing import make_key
from engagement.channels.adapters import adapter_for
from engagement.channels.channel_tests import request_test, tested_kinds
from engagement.channels.connection_problems import describe
from engagement.channels.email.dkim import record_of
from engagement.channels.email.email_settings import EmailSettings
from engagement.channels.email.smtp_server import catches
from engagement.channels.forms import PlainChannelForm
from engagement.channels.kind_forms import FORMS, form_class_of
from engagement.channels.models import Channel
from engagement.channels.selectors import channels as selector
from engagement.channels.selectors.channel_tests import shown_test
from engagement.channels.sms.account import stands_in
from engagement.channels.sms.adapter import message_url, status_url
from engagement.village.access import AccessDenied, requires
from engagement.village.audit import origin_of
from engagement.village.models import User

CHANGE, OPERATE = "engagement_channels.change_channel", "engagement_channels.operate_channel"


@requires("engagement_channels.view_channel")
@require_GET
def channels(request: HttpRequest) -> HttpResponse:
    """All channels with their health."""
    now = timezone.now()
    context = {"healths": selector.overview(now=now), "now": now, "catches": catches(), "stands_in": stands_in()}
    return render(request, "channels/channels.html", context)


@requires("engagement_channels.view_channel")
@require_http_methods(["GET", "POST"])
def channel(request: HttpRequest, key: UUID) -> HttpResponse:
    """One channel; who may change it gets the form. A post locks it, so that no save writes over what was not shown."""
    if request.method == "POST":
        with transaction.atomic():
            return _channel(request, key, Channel.objects.select_for_update(of=("self",), no_key=True))
    return _channel(request, key, Channel.objects.all())


def _channel(request: HttpRequest, key: UUID, rows: QuerySet[Channel]) -> HttpResponse:
    shown = get_object_or_404(rows.select_related("department"), pk=key)
    form = form_class_of(shown)(request.POST or None, instance=shown)
    if request.method == "POST":
        _require(request, CHANGE, shown)
        if form.is_valid():
            _save(request, form)
            messages.success(request, _("Saved."))
            return redirect("channels:channel", key)
        shown = get_object_or_404(Channel.objects.select_related("department"), pk=key)
    now = timezone.now()
    context: dict[str, Any] = {
        "health": selector.health(channel=shown, now=now),
        "form": form,
        "now": now,
        "catches": catches(),
        "carried": shown.kind in FORMS,
        "signs": shown.kind == "email",
        "record": record_of(shown),
        "tested": shown.kind in tested_kinds(),
        "shown": shown_test(shown, now=now),
        "channel_id": shown.pk,
        "may_change": _may(request, CHANGE, shown),
        "may_operate": _may(request, OPERATE, shown),
        "fetch_problem": describe(shown.fetch_problem),
        "fetches": shown.kind == "email" and EmailSettings.from_stored(shown.settings).imap is not None,
    }
    if shown.kind == "sms":
        context["webhooks"] = {"messages": message_url(shown.pk), "status": status_url(shown.pk)}
    return render(request, "channels/channel.html", context, status=422 if form.errors else 200)


@requires("engagement_channels.view_channel")
@require_POST
def pause(request: HttpRequest, key: UUID) -> HttpResponse:
    """Pause the channel, or with ``resume=1`` let it go on."""
    act = actions.resume if request.POST.get("resume") else actions.pause
    shown = get_object_or_404(Channel, pk=key)
    _require(request, OPERATE, shown)
    act(channel=shown, actor=_person(request), origin=origin_of(request), now=timezone.now())
    return redirect("channels:channel", key)


@requires("engagement_channels.view_channel")
@require_POST
def trial(request: HttpRequest, key: UUID) -> HttpResponse:
    """Have the channel tested; the page shows each step."""
    shown = get_object_or_404(Channel, pk=key, kind__in=tested_kinds())  # the others have nothing to test
    _require(request, OPERATE, shown)
    recipient = request.POST.get("to", "").strip()
    if shown.kind == "sms" and not adapter_for("sms").is_address(recipient):
        messages.error(request, _("Enter the number of a phone to test with, like +55 31 99999 0000."))
        return redirect("channels:channel", key)
    request_test(
        channel=shown, actor=_person(request), origin=origin_of(request), now=timezone.now(), recipient=recipient
    )
    return redirect(f"{reverse('channels:channel', args=[key])}#channel-test")


@requires("engagement_channels.view_channel")
@require_GET
def test_progress(request: HttpRequest, key: UUID) -> HttpResponse:
    """How far the last test of the channel has come."""
    channel = get_object_or_404(Channel.objects.defer("credentials"), pk=key)
    now = timezone.now()
    context = {"shown": shown_test(channel, now=now), "channel_id": key, "now": now}
    return render(request, "channels/parts/channel_test.html", context)


@requires("engagement_channels.view_channel")
@require_POST
def signature(request: HttpRequest, key: UUID) -> HttpResponse:
    """Make a new key for the channel's signature."""
    shown = get_object_or_404(Channel, pk=key, kind="email")
    _require(request, CHANGE, shown)
    make_key(channel=shown, actor=_person(request), origin=origin_of(request), now=timezone.now())
    messages.success(request, _("Mail is signed with the new key from now on. Publish its record at once."))
    return redirect("channels:channel", key)


def _may(request: HttpRequest, permission: str, channel: Channel) -> bool:
    """Whether the person may do this with all channels, or was granted this one."""
    return request.user.has_perm(permission) or request.user.has_perm(permission, channel)


def _require(request: HttpRequest, permission: str, channel: Channel) -> None:
    if not _may(request, permission, channel):
        raise AccessDenied(permission)


def _save(request: HttpRequest, form: PlainChannelForm) -> None:
    given = form.cleaned_data
    actions.configure(
        channel=form.instance,
        name=given["name"],
        sender_name=given["sender_name"],
        rate_per_minute=given["rate_per_minute"],
        kind_settings=form.kind_settings,
        actor=_person(request),
        origin=origin_of(request),
        now=timezone.now(),
    )


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
