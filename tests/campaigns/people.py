"""People whom segments and campaigns are tried on."""

from datetime import timedelta
from typing import Any

from engagement.profiles.actions import consent
from engagement.profiles.models import Identity, Profile
from tests.factories import NOW


def somebody(name: str = "Ana Prado", *, email: str = "", phone: str = "", agrees: tuple[str, ...] = (), **facts: Any):
    """A profile with open identities, who agreed to marketing by the channels named."""
    profile = Profile.objects.create(name=name, created_at=facts.pop("created_at", NOW - timedelta(days=90)), **facts)
    for kind, address in (("email", email), ("phone", phone)):
        if address:
            Identity.objects.create(profile=profile, kind=kind, address=address, address_norm=address, preferred=True)
    for channel in agrees:
        agree(profile, channel)
    return profile


def agree(profile: Profile, channel: str) -> None:
    """Agree to marketing by a channel."""
    consent.give(
        profile_id=profile.pk,
        channel=channel,
        purpose="marketing",
        basis="express",
        source="test",
        evidence={"text": "Yes, write to me", "version": "1", "locale": "en"},
        actor=None,
        now=NOW - timedelta(days=30),
    )
