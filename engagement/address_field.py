"""A column of addresses that is read as people write them, however it was stored."""

from typing import Any

from django.db import models

from engagement.domain_names import readable_address


class ReadableAddressField(models.CharField[str, str]):
    """An address as given. Domains that were stored in IDNA's A-labels (``xn--``) are read in letters.

    Comparisons use the normalised column beside it. For migrations it is the CharField that it is in the database.
    """

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        """Return the address with its domain in letters."""
        return readable_address(value) if value and "xn--" in value.lower() else value

    def deconstruct(self) -> Any:
        """Return what a plain CharField would."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
