"""The preference centre: each box that was changed is a consent given, or withdrawn, by the person."""

from collections.abc import Set
from datetime import datetime
from typing import Any

from django.db import transaction

from engagement.channels.unsubscribe.acting import IDENTITY_OF
from engagement.channels.unsubscribe.standing import Choice, Standing
from engagement.profiles.actions import consent
from engagement.profiles.actions.suppress import lift
from engagement.profiles.models import Identity, Suppression
from engagement.profiles.models.consent import Basis, Purpose
from engagement.profiles.suppression import address_hash

SOURCE = "preference-centre"
OWN_WISH = ("unsubscribed", "stop_word")  # suppressions that a person made and can take back themselves


def choose(
    *, standing: Standing, ticked: Set[str], shown: dict[str, str], evidence: dict[str, Any], now: datetime
) -> int:
    """Bring their consents to the ticked boxes (``Choice.name``); return how many changed. Safe to repeat.

    ``shown`` is the text that stood at each box: the evidence of a consent (CASL, GDPR article 7(1)).
    """
    changed = 0
    with transaction.atomic():
        for choice in (choice for line in standing.lines for choice in line if choice.offered):
            wants = choice.name in ticked
            if wants == choice.ticked:
                continue
            changed += 1
            seen = {**evidence, "text": shown.get(choice.name, ""), "transmission": str(standing.transmission.pk)}
            if wants:
                _give(standing, choice, seen, now)
            else:
                _withdraw(standing, choice, seen, now)
    return changed


def _give(standing: Standing, choice: Choice, evidence: dict[str, Any], now: datetime) -> None:
    consent.give(
        profile_id=standing.family[0],
        channel=choice.channel,
        purpose=choice.purpose,
        basis=Basis.EXPRESS,
        source=SOURCE,
        evidence=evidence,
        address=_address(standing, choice),
        actor=None,
        now=now,
    )
    _lift_own_wish(standing, choice, now)


def _address(standing: Standing, choice: Choice) -> str:
    """The address that the transmission went to, where the choice is about its channel."""
    transmission = standing.transmission
    if transmission.channel.kind != choice.channel:
        return ""
    return next((str(one.get("address", "")) for one in transmission.recipients), "")


def _withdraw(standing: Standing, choice: Choice, evidence: dict[str, Any], now: datetime) -> None:
    consent.withdraw(
        profile_id=standing.family[0],
        channel=choice.channel,
        purpose=choice.purpose,
        source=SOURCE,
        evidence=evidence,
        actor=None,
        now=now,
    )


def _lift_own_wish(standing: Standing, choice: Choice, now: datetime) -> None:
    """Lift what they asked for before, on their own addresses of this channel; never what somebody else decided."""
    kind = IDENTITY_OF.get(choice.channel, choice.channel)
    theirs = Identity.objects.filter(profile_id__in=standing.family, kind=kind, valid_to=None)
    hashes = [address_hash(kind, norm) for norm in theirs.values_list("address_norm", flat=True)]
    rows = Suppression.objects.in_force(now).filter(kind=kind, address_hash__in=hashes, reason__in=OWN_WISH)
    for key in rows.filter(purpose__in=["", Purpose.MARKETING]).order_by("key").values_list("key", flat=True):
        lift(suppression_id=key, actor=None, now=now)
