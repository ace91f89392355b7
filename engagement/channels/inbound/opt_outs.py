"""Opt-outs by e-mail in a person's own words: a keyword that answers marketing acts, everything else is marked."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from engagement.channels.email.parsed import ParsedEmail
from engagement.channels.inbound.finishing import finish
from engagement.channels.models import Channel, RawEvent, Transmission
from engagement.channels.opt_out.emails import classify_email
from engagement.channels.opt_out.phrases import OptOut
from engagement.channels.unsubscribe import unsubscribe
from engagement.profiles.addresses import InvalidAddress, normalised

_MAX_NAMED = 20


def withdraw_by_answer(raw: RawEvent, parsed: ParsedEmail, text: str, now: datetime) -> bool:
    """Withdraw the consent of whoever answers marketing of ours with a keyword; no conversation begins, nothing is
    answered. False for every other e-mail.
    """
    found = classify_email(parsed, text)
    if found.verdict is not OptOut.KEYWORD or parsed.sender is None:
        return False
    sent = _marketing_answered(parsed, parsed.sender.address)
    if sent is None:
        return False
    evidence = {
        "raw_event": str(raw.key),
        "from": parsed.sender.address[:320],
        "title": parsed.subject[:200],
        "words": text[:200],
    }
    with transaction.atomic():
        if finish(raw, RawEvent.Status.ROBOT, "unsubscribe"):
            unsubscribe(transmission=sent, source="mail", evidence=evidence, now=now)
    return True


def is_opt_out_request(parsed: ParsedEmail, text: str) -> bool:
    """Say whether a person should judge whether an e-mail asks for no more marketing."""
    return classify_email(parsed, text).verdict is not OptOut.NONE


def _marketing_answered(parsed: ParsedEmail, sender: str) -> Transmission | None:
    """The marketing e-mail to this sender that theirs refers to; the nearest reference first."""
    named = [*parsed.in_reply_to, *reversed(parsed.references)][:_MAX_NAMED]
    if not named:
        return None
    channels: list[UUID] = list(Channel.objects.filter(kind="email").order_by("key").values_list("key", flat=True))
    rows = Transmission.objects.filter(
        channel_id__in=channels, external_id__in=named, purpose=Transmission.Purpose.MARKETING
    )
    known = {row.external_id: row for row in rows.select_related("channel").order_by("key")}
    return next((known[one] for one in named if one in known and _went_to(known[one], sender)), None)


def _went_to(sent: Transmission, address: str) -> bool:
    try:
        norm = normalised("email", address)
        return any(normalised("email", str(one.get("address", ""))) == norm for one in sent.recipients)
    except InvalidAddress:
        return False
