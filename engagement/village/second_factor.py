"""The secrets of second factors are encrypted at rest, like channels' credentials (Fernet; keys can be rotated)."""

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from engagement.organization.current import current_organization


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Seals what an authenticator app shares with us, and the seed of the recovery codes."""

    def get_totp_issuer(self) -> str:
        """Return the name under which an authenticator app lists us."""
        return current_organization().display_name

    def encrypt(self, text: str) -> str:
        """Return ciphertext of the newest key."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the text. Raises cryptography's InvalidToken when no key of ours opens it."""
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> MultiFernet:
    if not settings.FIELD_ENCRYPTION_KEYS:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS: give at least one Fernet key")
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])
