"""The customer's phone: what it got, and writing from it through the real, signed webhook."""

from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlencode

import httpx
from django.db import transaction

from engagement.channels.models import CaughtText, Channel
from engagement.channels.sms.adapter import message_url
from engagement.channels.sms.signature import HEADER, sign
from engagement.channels.sms.sms_settings import SmsSettings
from engagement.channels.sms.stand_in.judging import Taken, new_sid
from engagement.realtime.topics import poke

TOPIC = "phone:all"
Post = Callable[[str, bytes, Mapping[str, str]], int]  # address, form, header fields; returns the status


class NotTaken(ValueError):
    """The house did not take a customer's text; the message is its answer."""


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Call a webhook as a provider does, and return the status. Raises httpx.HTTPError."""
    return httpx.post(url, content=body, headers=dict(headers), timeout=10.0, trust_env=False).status_code


def keep(*, taken: Taken, now: datetime) -> CaughtText:
    """Put a text onto the phone that it was sent to."""
    with transaction.atomic():
        row = CaughtText.objects.create(
            at=now, customer=taken.to, ours=taken.sender, sid=taken.sid, body=taken.body, status="queued"
        )
        poke(TOPIC)
    return row


def note_status(*, sid: str, status: str) -> None:
    """Show on the phone how far the text is."""
    with transaction.atomic():
        CaughtText.objects.filter(sid=sid).update(status=status)
        poke(TOPIC)


def write_as_customer(*, channel: Channel, customer: str, text: str, now: datetime, post: Post = post) -> CaughtText:
    """Send a text to one of our numbers as the provider would bring it, and keep a copy. Raises NotTaken."""
    own, sid = SmsSettings.from_channel(channel), new_sid()
    form = {
        "ToCountry": "BR",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "SmsSid": sid,
        "SmsStatus": "received",
        "Body": text,
        "To": channel.address,
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": own.account,
        "From": customer,
        "ApiVersion": "2010-04-01",
    }
    try:
        status = call(message_url(channel.pk), form, own.token, post=post)
    except httpx.HTTPError as error:
        raise NotTaken(str(error)) from error
    if status >= 300:
        raise NotTaken(f"HTTP {status}")
    with transaction.atomic():
        row = CaughtText.objects.create(
            at=now,
            customer=customer,
            ours=channel.address,
            direction=CaughtText.Direction.OUT,
            sid=sid,
            body=text,
            status="received",
            is_open=True,
        )
        poke(TOPIC)
    return row


def call(url: str, form: Mapping[str, str], token: str, *, post: Post = post) -> int:
    """Call a webhook with a signed form; return the status. Raises httpx.HTTPError."""
    headers = {
        HEADER: sign(token, url, list(form.items())),
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "User-Agent": "TwilioProxy/1.1",
    }
    return post(url, urlencode(form).encode(), headers)


def mark_open(*, customer: str) -> int:
    """Say that somebody has looked at a phone; return how many texts were new."""
    return CaughtText.objects.filter(customer=customer, is_open=False).update(is_open=True)
