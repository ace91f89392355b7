"""What a refusal teaches: an address that does not exist, or whose owner complained or answered STOP to the provider,
gets no marketing any more; a campaign about which too many complain is held (the mailbox providers' limit is 0.1 %, and
never 0.3 %).
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from engagement.channels.actions import groups
from engagement.channels.email.diagnosis import Cause, diagnose
from engagement.channels.models import SoftBounce, Transmission
from engagement.channels.selectors.groups import progress
from engagement.organization.current import current_organization
from engagement.profiles.actions.suppress import CHANNELS_OF, suppress
from engagement.profiles.addresses import InvalidAddress, normalised
from engagement.profiles.models import Identity
from engagement.profiles.models.consent import Purpose
from engagement.profiles.rights.returning import withdraw_unless_erased
from engagement.profiles.suppression import address_hash

State = Transmission.State
_ADDRESS_KIND = {channel: kind for kind, channels in CHANNELS_OF.items() for channel in channels}
_REPLY = re.compile(r"\b[245]\d\d[ -]|\b[245]\.\d{1,3}\.\d{1,3}\b")  # a server answered (RFC 5321 section 4.2)
_NO_NEWS = timedelta(days=5)  # after which a mail server has given up, and said so (RFC 5321 section 4.5.4.1)
STOPPED = "recipient_unsubscribed"  # the code under which the provider's refusal is kept
_STOPPED = re.compile(r"\b21610\b")  # Twilio, "Error and warning dictionary": in a receipt
STOP = "stop"  # the reason of a suppression that START ends
PROVIDER = "provider"  # the source of a withdrawal of which the provider told us
_REACHED = (State.ACCEPTED, State.DELIVERED, State.READ, State.BOUNCED, State.COMPLAINED)


def learn(row: Transmission, *, recipient: str, detail: str, now: datetime, told: str = "") -> None:
    """Suppress the address and hold the campaign, where the message's new state calls for it. Call it in the
    transaction that changed the state. ``recipient`` is whom the carrier named, empty for the only one. ``told`` is
    what became of that recipient, where the message as a whole is in another state: one of several was refused.
    """
    state = told or row.state
    if state in (State.BOUNCED, State.FAILED) and _is_stopped(row, detail):
        _withdraw(row, detail, now)
    if state == State.COMPLAINED:
        _suppress(row, recipient, "complaint", now)
    elif state in (State.BOUNCED, State.FAILED) and row.channel.kind == "email" and _says_something(state, detail):
        _learn_from_bounce(row, recipient, detail, now)
    if state == State.COMPLAINED and row.group_id is not None:
        _measure(row.group_id, now)


def _says_something(state: str, detail: str) -> bool:
    """A message that failed before any server was asked teaches nothing about the address."""
    return state == State.BOUNCED or _REPLY.search(detail) is not None


def _learn_from_bounce(row: Transmission, recipient: str, detail: str, now: datetime) -> None:
    """A dead address gets no more marketing; a passing matter counts, and stops it when it has come too often in a row;
    our own fault (block lists, rate, content) says nothing about the address.
    """
    cause = diagnose(detail)
    if cause is Cause.HARD:
        _suppress(row, recipient, "bounced", now)
    elif cause is Cause.SOFT:
        for address in _ours("email", [str(one.get("address", "")) for one in row.recipients], recipient):
            if _count_soft_bounce(row, address, now) >= current_organization().soft_bounces_limit:
                suppress(
                    kind="email", address=address, purpose="marketing", reason="bounced", source="carrier", now=now
                )


def _count_soft_bounce(row: Transmission, address: str, now: datetime) -> int:
    """Count this one, once per message; return how many came since anything arrived, within the window."""
    hashed = address_hash("email", normalised("email", address))
    SoftBounce.objects.bulk_create(
        [SoftBounce(transmission=row, kind="email", address_hash=hashed, at=now)], ignore_conflicts=True
    )
    since = max([now - timedelta(days=current_organization().soft_bounces_days), *_last_arrival(row, address, now)])
    return SoftBounce.objects.filter(kind="email", address_hash=hashed, at__gt=since).count()


def _last_arrival(row: Transmission, address: str, now: datetime) -> list[datetime]:
    """When a message last reached the address: it was confirmed, or it left days ago and never came back."""
    if row.profile_id is None:
        return []
    arrived = Q(state__in=[State.DELIVERED, State.READ]) | Q(state=State.ACCEPTED, state_at__lt=now - _NO_NEWS)
    rows = Transmission.objects.filter(arrived, profile_id=row.profile_id, recipients__contains=[{"address": address}])
    return list(rows.order_by("-key").values_list("created_at", flat=True)[:1])


def was_stopped(row: Transmission) -> bool:
    """Say whether the provider refused a message because its recipient had answered STOP."""
    return _is_stopped(row, row.error)


def _is_stopped(row: Transmission, detail: str) -> bool:
    return row.error_code == STOPPED or bool(_STOPPED.search(detail) and row.channel.kind in CHANNELS_OF["phone"])


def _withdraw(row: Transmission, detail: str, now: datetime) -> None:
    """They said STOP where only the provider heard it: it counts as if they had said it to us.

    Where nobody is known by the number, the number itself is held back.
    """
    kind = _ADDRESS_KIND.get(row.channel.kind, row.channel.kind)
    for address in _ours(kind, [str(one.get("address", "")) for one in row.recipients], ""):
        norm = normalised(kind, address)
        evidence = {"words": detail[:200], "address": norm, "transmission": str(row.key)}
        owners = [row.profile_id] if row.profile_id else list(_owners(kind, norm))
        for profile_id in owners:
            withdraw_unless_erased(
                profile_id=profile_id,
                channel=row.channel.kind,
                purpose=Purpose.MARKETING,
                source=PROVIDER,
                evidence=evidence,
                now=now,
            )
        if not owners:
            suppress(kind=kind, address=address, purpose="marketing", reason=STOP, source="carrier", now=now)


def _owners(kind: str, norm: str) -> Iterable[UUID]:
    open_ones = Identity.objects.filter(kind=kind, address_norm=norm, valid_to=None).order_by("key")
    return open_ones.values_list("profile_id", flat=True)


def _suppress(row: Transmission, recipient: str, reason: str, now: datetime) -> None:
    kind = _ADDRESS_KIND.get(row.channel.kind, row.channel.kind)
    for address in _ours(kind, [str(one.get("address", "")) for one in row.recipients], recipient):
        suppress(kind=kind, address=address, purpose="marketing", reason=reason, source="carrier", now=now)


def _ours(kind: str, addresses: list[str], named: str) -> list[str]:
    """Whom it is about: of several the one that was named; the only one whatever was named (it may be forwarded)."""
    known = {norm: address for address in addresses if (norm := _norm(kind, address))}
    return list(known.values()) if len(known) == 1 else [known[norm] for norm in [_norm(kind, named)] if norm in known]


def _norm(kind: str, address: str) -> str:
    try:
        return normalised(kind, address)
    except InvalidAddress:
        return ""


def _measure(group_id: UUID, now: datetime) -> None:
    counts = progress(group_id)
    reached = sum(counts.get(state, 0) for state in _REACHED)
    ours = current_organization()
    if reached >= ours.complaints_minimum and counts[State.COMPLAINED] >= ours.complaints_limit * reached:
        groups.hold(group_id=group_id, now=now, reason="complaints")
