"""Stop marketing to whom a transmission went: what the page, the one-click POST and the mailed request all call."""

from datetime import datetime
from typing import Any

from django.db import transaction

from engagement.channels.models import Transmission
from engagement.channels.unsubscribe.tokens import key_in
from engagement.profiles.actions.suppress import suppress
from engagement.profiles.addresses import InvalidAddress
from engagement.profiles.models.consent import Purpose
from engagement.profiles.rights.returning import withdraw_unless_erased

IDENTITY_OF = {"email": "email", "sms": "phone", "whatsapp": "phone"}  # kind of address, by kind of channel


def transmission_of(token: str) -> Transmission | None:
    """Return the transmission whose token this is; None for a token that we never made. One query."""
    key = key_in(token)
    return Transmission.objects.select_related("channel").filter(pk=key).first() if key else None


def unsubscribe(
    *, transmission: Transmission, source: str, evidence: dict[str, Any], now: datetime, everything: bool = False
) -> None:
    """Withdraw the consent to marketing by the channel of this transmission, or by every channel.

    ``source`` says where they did it: page, one-click, mail. Committed when this returns, together with the stop of
    everything that waits to leave for them; safe to repeat. Whoever has no profile is suppressed by address.
    """
    channel = "" if everything else transmission.channel.kind
    seen = {**evidence, "transmission": str(transmission.pk)}
    with transaction.atomic():
        if transmission.profile_id is not None:
            withdraw_unless_erased(
                profile_id=transmission.profile_id,
                channel=channel,
                purpose=Purpose.MARKETING,
                source=source,
                evidence=seen,
                now=now,
            )
        else:
            _suppress_addresses(transmission, source, now)


def _suppress_addresses(transmission: Transmission, source: str, now: datetime) -> None:
    kind = IDENTITY_OF.get(transmission.channel.kind, transmission.channel.kind)
    for recipient in transmission.recipients:
        try:
            suppress(
                kind=kind,
                address=str(recipient.get("address", "")),
                purpose=Purpose.MARKETING,
                reason="unsubscribed",
                source=source,
                now=now,
            )
        except InvalidAddress:
            continue  # nothing could have been sent to it
