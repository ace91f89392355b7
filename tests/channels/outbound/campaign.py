"""People who have agreed to marketing."""

from django.utils import timezone

from engagement.profiles.models import ConsentState, Profile


def people(number: int, *, channel: str = "email") -> list:
    """Make ``number`` profiles with an express consent; return their keys."""
    profiles = Profile.objects.bulk_create([Profile(name=f"Person {place}") for place in range(number)])
    ConsentState.objects.bulk_create(
        [
            ConsentState(
                profile=profile,
                channel=channel,
                purpose="marketing",
                granted=True,
                basis="express",
                since=timezone.now(),
            )
            for profile in profiles
        ]
    )
    return [profile.pk for profile in profiles]
