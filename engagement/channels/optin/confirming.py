"""The button behind the mailed link: once pressed, the consent stands in the ledger with what was shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from engagement.channels.actions.transmit import cancel
from engagement.channels.delivery.reasons import NO_LONGER_NEEDED
from engagement.channels.models import OptIn, Transmission
from engagement.channels.optin import asking
from engagement.channels.optin.asking import Seen
from engagement.channels.unsubscribe.choosing import OWN_WISH
from engagement.events.catalogue import OptInChanged
from engagement.events.outbox import publish
from engagement.profiles.actions import consent, resolve
from engagement.profiles.actions.identities import verify
from engagement.profiles.actions.suppress import lift, suppressions_of
from engagement.profiles.models import Suppression
from engagement.profiles.models.consent import Basis, Purpose
from engagement.tokens import hash_of

SOURCE = "opt-in"
CHANNEL = "email"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a link is: "waits", "already", "expired", "held" (the address must not be written to), "confirmed".

    ``is_held``: the consent is kept, but something else still holds marketing to the address back.
    """

    opt_in: OptIn
    state: str
    is_held: bool = False


def standing_of(*, token: str, now: datetime) -> Standing | None:
    """Return what a link is, changing nothing; None for one that is none of ours. Two queries."""
    row = _rows().filter(token_hash=hash_of(token)).first()
    return Standing(row, _state(row, now)) if row else None


@transaction.atomic
def confirm(*, token: str, seen: Seen, now: datetime) -> Standing | None:
    """Use a link, once: the address is confirmed and the consent given. None for a link that is none of ours.

    Of two at once one confirms and the other is told that it is done. Whatever they themselves asked to be held back
    before is lifted; what somebody else decided is not.
    """
    row = _rows().select_for_update(of=("self",)).filter(token_hash=hash_of(token)).first()
    if row is None:
        return None
    state = _state(row, now)
    if state != "waits":
        return Standing(row, state)
    held = suppressions_of(kind=CHANNEL, address=row.address, now=now)
    others = [one for one in held if one.reason not in OWN_WISH and one.purpose in ("", row.form.purpose)]
    if any(not one.purpose for one in others):
        return Standing(row, "held")
    _agree(row, seen, now)
    _take_back_mail(row, now)
    _lift(held, others, now)
    return Standing(row, "confirmed", is_held=bool(others))


def _agree(row: OptIn, seen: Seen, now: datetime) -> None:
    identity = resolve(kind=CHANNEL, address=row.address, name=row.name, language=row.text.locale, now=now)
    verify(identity_id=identity.pk, evidence={"how": SOURCE, "opt_in": str(row.pk)}, now=now)
    consent.give(
        profile_id=identity.profile_id,
        channel=CHANNEL,
        purpose=row.form.purpose,
        basis=Basis.EXPRESS,
        source=SOURCE,
        evidence=evidence_of(row, seen, now),
        address=row.address,
        actor=None,
        now=now,
    )
    row.confirmed_at, row.profile_id = now, identity.profile_id
    row.save(update_fields=["confirmed_at", "profile"])
    event = OptInChanged(opt_in_id=row.pk, form_id=row.form_id, change="confirmed", profile_id=row.profile_id, at=now)
    publish(event, now=now)


def evidence_of(row: OptIn, seen: Seen, now: datetime) -> dict[str, Any]:
    """Return what is kept of a consent (GDPR article 7(1), CASL section 13): what was shown, and both acts."""
    return {
        "text": row.text.text,
        "text_hash": row.text.text_hash,
        "form": row.form.slug,
        "version": f"{row.form.slug} {row.text.version}",
        "locale": row.text.locale,
        "address": row.address,
        "ip": seen.ip,
        "agent": seen.agent,
        "requested_at": row.requested_at.isoformat(),
        "requested_ip": row.ip or "",
        "requested_by": row.source,
        "confirmed_at": now.isoformat(),
        "opt_in": str(row.pk),
    }


def _take_back_mail(row: OptIn, now: datetime) -> None:
    """A link that still waits to be mailed asks for what is done."""
    waiting = Transmission.objects.filter(source=asking.SOURCE, source_id=row.pk, state=Transmission.State.QUEUED)
    for key in waiting.order_by("pk").values_list("pk", flat=True):
        cancel(transmission_id=key, now=now, code=NO_LONGER_NEEDED)


def _lift(held: list[Suppression], others: list[Suppression], now: datetime) -> None:
    for one in held:
        if one not in others and one.purpose in ("", Purpose.MARKETING):
            lift(suppression_id=one.pk, actor=None, now=now)


def _rows() -> Any:
    return OptIn.objects.select_related("text", "form__channel")


def _state(row: OptIn, now: datetime) -> str:
    if row.confirmed_at is not None:
        return "already"
    return "expired" if row.expires_at <= now else "waits"
