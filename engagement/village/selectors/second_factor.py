"""Who still needs a second factor."""

from allauth.mfa.models import Authenticator

from engagement.organization.current import current_organization
from engagement.village.models import User
from engagement.village.roles import ADMINISTRATOR


def lacks_second_factor(user: User) -> bool:
    """Say whether a person has a role for which the organization demands an authenticator app, and has none.

    Who may do everything counts as an administrator.
    """
    demanded = current_organization().second_factor_roles
    if not demanded:
        return False
    by_all_rights = user.is_superuser and ADMINISTRATOR in demanded
    if not by_all_rights and not user.groups.filter(role__slug__in=demanded).exists():
        return False
    return not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
