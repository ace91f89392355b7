"""A JSON field that is encrypted at rest (Fernet: AES-128-CBC with HMAC-SHA256; keys can be rotated)."""

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


def _box() -> MultiFernet:
    if not settings.FIELD_ENCRYPTION_KEYS:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS: give at least one Fernet key")
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])


class Unreadable(ValueError):
    """A sealed value was written with a key that FIELD_ENCRYPTION_KEYS no longer has."""


class SealedJSONField(models.BinaryField):
    """Holds any JSON value; the database sees ciphertext only. Cannot be searched."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("default", dict)
        super().__init__(**options)

    def get_prep_value(self, value: Any) -> Any:
        """Return ciphertext of the newest key."""
        return None if value is None else _box().encrypt(json.dumps(value).encode())

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Return the JSON value. Raises Unreadable when no key opens it."""
        if value is None:
            return None
        try:
            return json.loads(_box().decrypt(bytes(value)))
        except InvalidToken as error:
            raise Unreadable("a sealed field cannot be opened: put its key back into FIELD_ENCRYPTION_KEYS") from error

    def get_default(self) -> Any:
        """Return the default as JSON, not as bytes."""
        return self.default() if callable(self.default) else self.default

    def value_to_string(self, obj: models.Model) -> str:
        """Never write the open value into a dump."""
        return ""
