"""How people may sign in."""

from django.conf import settings

from engagement.organization.current import current_organization


def allows_passwords() -> bool:
    """Say whether people may sign in by password: always where there is no other way."""
    other = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"].get("APPS")
    return current_organization().allows_passwords or not other
