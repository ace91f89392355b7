"""Who still needs a second factor."""

from allauth.mfa.models import Authenticator
from django.conf import settings

from engagement.organization.current import current_organization
from engagement.village.models import User
from engagement.village.roles import ADMINISTRATOR


def required_roles() -> frozenset[str]:
    """Return the slugs of the roles that need a second factor: the organization's, and at least the environment's."""
    return frozenset(current_organization().second_factor_roles) | frozenset(settings.REQUIRE_MFA_ROLES)


def lacks_second_factor(user: User) -> bool:
    """Say whether a person has a role for which an authenticator app is demanded, and has none.

    Who may do everything counts as an administrator.
    """
    demanded = required_roles()
    if not demanded:
        return False
    by_all_rights = user.is_superuser and ADMINISTRATOR in demanded
    if not by_all_rights and not user.groups.filter(role__slug__in=demanded).exists():
        return False
    return not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
