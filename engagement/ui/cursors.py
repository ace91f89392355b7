"""Cursors of keyset pages: opaque, signed, good for one list only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core import signing


class BadCursor(ValueError):
    """The cursor is not one that this server gave out for this list."""


@dataclass(frozen=True, slots=True)
class Cursors:
    """The cursors of one app's lists: ``salt`` keeps them apart from those of others."""

    salt: str

    def seal(self, name: str, values: Sequence[object]) -> str:
        """Return a cursor for the list ``name`` that holds ``values``."""
        written = [value.isoformat() if isinstance(value, datetime) else str(value) for value in values]
        return signing.dumps([name, *written], salt=self.salt)

    def unseal(self, name: str, cursor: str) -> list[str]:
        """Return the values of a cursor, or an empty list for an empty one. Raises BadCursor."""
        if not cursor:
            return []
        try:
            given, *values = signing.loads(cursor, salt=self.salt)
        except (signing.BadSignature, ValueError) as error:
            raise BadCursor("This page is not there any more. Begin again.") from error
        if given != name:
            raise BadCursor("This page belongs to another list. Begin again.")
        return [str(value) for value in values]

    def place_of(self, name: str, cursor: str) -> tuple[datetime, UUID] | None:
        """Return the time and the key of a cursor of a list by time. Raises BadCursor."""
        values = self.unseal(name, cursor)
        return (datetime.fromisoformat(values[0]), UUID(values[1])) if values else None
