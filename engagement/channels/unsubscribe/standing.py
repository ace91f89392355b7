"""What the public page says to whoever holds a token: what this was, why they got it, what they agreed to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from engagement.channels.models import Transmission
from engagement.channels.unsubscribe.acting import IDENTITY_OF
from engagement.profiles.family import family_of
from engagement.profiles.identities.masking import masked
from engagement.profiles.language_tags import match_language
from engagement.profiles.models import Consent, ConsentState, Identity, Profile
from engagement.profiles.models.consent import CHANNELS, Purpose
from engagement.ui.names import ChannelLook, channel_look


@dataclass(frozen=True, slots=True)
class Choice:
    """One box of the preference centre. A box for marketing can always be ticked; one for service when there is
    something to take back or to give again.
    """

    channel: str
    purpose: str
    ticked: bool
    offered: bool
    stopped: bool  # taken back, not merely never given

    @property
    def name(self) -> str:
        """The name of its field."""
        return f"{self.channel}.{self.purpose}"

    @property
    def look(self) -> ChannelLook:
        """Word and glyph of its channel."""
        return channel_look(self.channel)


@dataclass(frozen=True, slots=True)
class Standing:
    """``family`` is empty for a transmission to somebody without a profile. ``because`` is the consent on which they
    were written to, if one is known.
    """

    transmission: Transmission
    family: Sequence[UUID]
    language: str
    address: str
    because: Consent | None
    lines: Sequence[tuple[Choice, Choice]]

    @property
    def look(self) -> ChannelLook:
        """Word and glyph of the channel that wrote."""
        return channel_look(self.transmission.channel.kind)

    @property
    def stopped_here(self) -> bool:
        """They said that they want no marketing by this channel."""
        kind = self.transmission.channel.kind
        return any(marketing.stopped for _service, marketing in self.lines if marketing.channel == kind)


def standing_of(transmission: Transmission, now: datetime) -> Standing:
    """Return what stands for whom a transmission went to: a fixed number of queries."""
    profile = (
        Profile.objects.filter(pk=transmission.profile_id, erased_at=None).first() if transmission.profile_id else None
    )
    family = family_of(profile.pk) if profile else []
    kind = transmission.channel.kind
    given = Consent.objects.filter(profile_id__in=family, purpose=Purpose.MARKETING, granted=True, channel=kind)
    return Standing(
        transmission=transmission,
        family=family,
        language=_language(transmission, profile),
        address=masked(next((str(one.get("address", "")) for one in transmission.recipients), "")),
        because=given.order_by("-at", "-key").first() if family else None,
        lines=_lines(family, kind, now) if family else [],
    )


def _language(transmission: Transmission, profile: Profile | None) -> str:
    """The language of what they got, else that of the person; empty where nobody knows."""
    known = [code for code, _name in settings.LANGUAGES]
    for text in (getattr(transmission, "locale", ""), profile.language if profile else ""):
        if code := match_language(known, text):
            return code
    return ""


def _lines(family: Sequence[UUID], kind: str, now: datetime) -> list[tuple[Choice, Choice]]:
    """A line (service, marketing) for each channel by which they can be reached or were agreed with."""
    held = ConsentState.objects.filter(profile_id=family[0])  # the canonical profile's: what the gate asks
    states = {(state.channel, state.purpose): state for state in held}
    kinds = set(Identity.objects.filter(Q(valid_to=None), profile_id__in=family).values_list("kind", flat=True))
    reached = [one for one in CHANNELS if IDENTITY_OF[one] in kinds or one == kind]
    more = sorted({channel for channel, _purpose in states} - set(CHANNELS))
    return [
        (_choice(states, channel, Purpose.SERVICE, now), _choice(states, channel, Purpose.MARKETING, now))
        for channel in [*reached, *more]
    ]


def _choice(states: dict[tuple[str, str], ConsentState], channel: str, purpose: str, now: datetime) -> Choice:
    state = states.get((channel, purpose))
    offered = purpose == Purpose.MARKETING or state is not None
    stopped = state is not None and not state.granted
    return Choice(channel, purpose, state is not None and state.holds(now), offered, stopped)
