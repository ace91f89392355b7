"""Write down that a person agreed, or took it back: the ledger grows, the state follows, in one transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from engagement.events.catalogue import ConsentChanged
from engagement.events.outbox import publish
from engagement.profiles import withdrawals
from engagement.profiles.family import lock_family
from engagement.profiles.identities.whose import home_of
from engagement.profiles.models import Consent, ConsentState, Profile
from engagement.profiles.models.consent import CHANNELS, Basis, Purpose
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User


class ConsentRefused(ValueError):
    """A consent that is none; the message says why, to whoever wrote it down."""


def give(
    *,
    profile_id: UUID,
    channel: str,
    purpose: str,
    basis: str,
    source: str,
    evidence: dict[str, Any],
    actor: User | None,
    now: datetime,
    expires_at: datetime | None = None,
    address: str = "",
    origin: Origin = NOWHERE,
) -> Consent:
    """Keep that the person of ``profile_id`` agreed to be written to by ``channel`` (a kind) for ``purpose``.

    ``evidence``: text shown, version, locale, ip… (GDPR article 7(1)). An implied consent must expire (CASL section
    10(10)). Safe to repeat: the same consent on the same evidence returns the line that stands.

    Holds for the person as a whole. Of one with several profiles it is written for the one whose ``address`` (of that
    channel) it is about, so that it leaves with it when they are taken apart: a yes is a yes to be written to there.
    Where no address is named and only one of the profiles can be reached by the channel, it is that one's; else the
    canonical one's. Raises ConsentRefused, Profile.DoesNotExist.
    """
    _refuse_what_is_none(channel, purpose, basis, evidence, expires_at, now)
    with transaction.atomic():
        family = lock_family(profile_id)
        home = home_of(family, channel, address)
        line = Consent(
            profile_id=home,
            channel=channel,
            purpose=purpose,
            granted=True,
            basis=basis,
            source=source,
            evidence=evidence,
            actor=actor,
            at=now,
            expires_at=expires_at,
        )
        standing = _standing(line, family)
        if standing is not None:
            return standing
        line.save(force_insert=True)
        _follow(line, sorted({family[0], home}), [channel])
        _tell(line, family[0], now, origin)
    return line


def withdraw(
    *,
    profile_id: UUID,
    channel: str,
    purpose: str = Purpose.MARKETING,
    source: str,
    evidence: dict[str, Any],
    actor: User | None,
    now: datetime,
    origin: Origin = NOWHERE,
) -> Consent:
    """Keep that the person does not want to be written to any more; ``channel`` "" means by no channel.

    What waits to leave for them is stopped in the same transaction (``withdrawals``). Holds for every profile of the
    person, and without an earlier consent too: it is an objection then (GDPR article 21(2)). Safe to repeat: a second
    withdrawal returns the first one's line. Raises ConsentRefused, Profile.DoesNotExist.
    """
    _refuse_purpose(purpose)
    with transaction.atomic():
        family = lock_family(profile_id)
        channels = _channels(family, channel, purpose)
        standing = _withdrawn(family, channels, channel, purpose)
        if standing is not None:
            return standing
        line = Consent(
            profile_id=family[0],
            channel=channel,
            purpose=purpose,
            granted=False,
            source=source,
            evidence=evidence,
            actor=actor,
            at=now,
        )
        line.save(force_insert=True)
        _follow(line, family, channels)
        withdrawals.tell(profile_ids=family, channel=channel, purpose=purpose, now=now)
        _tell(line, family[0], now, origin)
    return line


def _refuse_what_is_none(
    channel: str, purpose: str, basis: str, evidence: dict[str, Any], expires_at: datetime | None, now: datetime
) -> None:
    _refuse_purpose(purpose)
    if not channel:
        raise ConsentRefused(_("Consent is given for one channel: choose it."))
    if basis not in Basis.values:
        raise ConsentRefused(f"{basis!r} is no basis; there are {', '.join(Basis.values)}")
    if purpose == Purpose.MARKETING and basis not in (Basis.EXPRESS, Basis.IMPLIED):
        raise ConsentRefused(_("Marketing needs a yes of theirs, or that it follows from what they bought or asked."))
    if basis == Basis.IMPLIED and expires_at is None:
        raise ConsentRefused(_("What only follows from a purchase or a question expires: say when."))
    if expires_at is not None and expires_at <= now:
        raise ConsentRefused(_("A consent expires after it is given."))
    if not evidence:
        raise ConsentRefused(_("Say what they agreed to: a consent needs evidence."))


def _refuse_purpose(purpose: str) -> None:
    if purpose not in Purpose.values:
        raise ConsentRefused(f"{purpose!r} is no purpose; there are {', '.join(Purpose.values)}")


def _standing(line: Consent, family: list[UUID]) -> Consent | None:
    """The newest line about the same, when it says the same on the same evidence."""
    about = Q(channel=line.channel) | Q(channel="")
    newest = Consent.objects.filter(about, profile_id__in=family, purpose=line.purpose).order_by("-at", "-key").first()
    same = ("profile_id", "channel", "granted", "basis", "source", "evidence", "expires_at")
    is_same = newest is not None and all(getattr(newest, name) == getattr(line, name) for name in same)
    return newest if is_same else None


def _channels(family: list[UUID], channel: str, purpose: str) -> list[str]:
    """The kinds that a withdrawal is about."""
    if channel:
        return [channel]
    known = ConsentState.objects.filter(profile_id__in=family, purpose=purpose).values_list("channel", flat=True)
    return sorted({*CHANNELS, *known})


def _withdrawn(family: list[UUID], channels: list[str], channel: str, purpose: str) -> Consent | None:
    """The line of the ledger that withdrew all of this already."""
    states = ConsentState.objects.filter(
        profile_id__in=family, channel__in=channels, purpose=purpose, granted=False
    ).count()
    if states < len(family) * len(channels):
        return None
    lines = Consent.objects.filter(profile_id=family[0], purpose=purpose, granted=False)
    return lines.filter(channel__in=["", channel]).order_by("-at", "-key").first()


def _follow(line: Consent, family: list[UUID], channels: list[str]) -> None:
    """Bring the state of these profiles to what the line says."""
    rows = [
        ConsentState(
            profile_id=profile_id,
            channel=channel,
            purpose=line.purpose,
            granted=line.granted,
            basis=line.basis,
            since=line.at,
            expires_at=line.expires_at,
        )
        for profile_id in family
        for channel in channels
    ]
    ConsentState.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["profile", "channel", "purpose"],
        update_fields=["granted", "basis", "since", "expires_at"],
    )


def _tell(line: Consent, head: UUID, now: datetime, origin: Origin) -> None:
    publish(
        ConsentChanged(
            profile_id=head,
            consent_id=line.key,
            channel=line.channel,
            purpose=line.purpose,
            granted=line.granted,
            basis=line.basis,
            source=line.source,
            at=now,
        ),
        now=now,
    )
    record(
        actor=line.actor,
        action="consent.given" if line.granted else "consent.withdrawn",
        subject=Profile.objects.get(pk=head),
        now=now,
        detail={"channel": line.channel, "purpose": line.purpose, "basis": line.basis, "source": line.source},
        origin=origin,
    )
    poke(f"profile:{head}")
