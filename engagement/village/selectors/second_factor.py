"""Who still needs a second factor."""

from allauth.mfa.models import Authenticator

from engagement.village.models import User
from engagement.village.roles import ADMINISTRATOR


def lacks_second_factor(user: User) -> bool:
    """Say whether a person is an administrator, by role or by all permissions, without an authenticator app."""
    if not (user.is_superuser or user.groups.filter(role__slug=ADMINISTRATOR).exists()):
        return False
    return not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
