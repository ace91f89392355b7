"""Webhooks of a provider of texts: signed, stored, and only then acknowledged."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from engagement.channels.actions.receive import receive
from engagement.channels.inbound.delivery_key import digest_of
from engagement.channels.inbound.waking import wake_reading
from engagement.channels.models import Channel
from engagement.channels.sms.adapter import KIND
from engagement.channels.sms.signature import HEADER, NotAForm, fields_of, is_signed
from engagement.channels.sms.sms_settings import SmsSettings
from engagement.village.access import public

_NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
_LONGEST_BODY = 256 * 1024


@public
@csrf_exempt
@require_POST
def messages(request: HttpRequest, key: UUID) -> HttpResponse:
    """Somebody wrote to one of our numbers. 403 for what the provider did not sign; an empty TwiML answer."""
    channel = get_object_or_404(Channel, pk=key, kind=KIND)
    form = _verified(request, channel)
    sid = form.get("MessageSid") or form.get("SmsSid") or digest_of(request.body)
    return _store(request, channel, form, f"{KIND}:{sid}", {"hook": "message"})


@public
@csrf_exempt
@require_POST
def status(request: HttpRequest, key: UUID) -> HttpResponse:
    """The provider tells how far one of our texts has come; each status of each message is kept once."""
    channel = get_object_or_404(Channel, pk=key, kind=KIND)
    form = _verified(request, channel)
    sid = form.get("MessageSid") or form.get("SmsSid") or digest_of(request.body)
    told = (form.get("MessageStatus") or form.get("SmsStatus") or "").lower()
    about = {"hook": "status", "t": request.GET.get("t", "")[:40]}
    return _store(request, channel, form, f"{KIND}:{sid}:{told}", about)


def _verified(request: HttpRequest, channel: Channel) -> dict[str, str]:
    """Return the form, which the provider signed over the address that the world knows us by (BASE_URL).

    Raises PermissionDenied; nothing is stored then.
    """
    try:
        body = request.body
        fields = fields_of(body)
    except (NotAForm, RequestDataTooBig) as error:
        raise PermissionDenied from error
    url = f"{settings.BASE_URL}{request.get_full_path()}"
    token = SmsSettings.from_channel(channel).token
    if len(body) > _LONGEST_BODY or not is_signed(token, url, fields, request.headers.get(HEADER, "")):
        raise PermissionDenied
    return dict(fields)


def _store(
    request: HttpRequest, channel: Channel, form: dict[str, str], provider_key: str, about: dict[str, Any]
) -> HttpResponse:
    """Commit it, then acknowledge: what the provider is told is taken, is stored."""
    envelope = {**about, "mail_from": _clean(form.get("From", "")), "rcpt_to": [_clean(form.get("To", ""))]}
    now = timezone.now()
    if receive(channel=channel, body=request.body, provider_key=provider_key[:200], envelope=envelope, now=now):
        wake_reading()
    return HttpResponse(_NOTHING_TO_SAY, content_type="text/xml")


def _clean(text: str) -> str:
    return text.replace("\x00", "")[:100]
