"""Cursors of keyset pages: opaque, signed, good for one list only."""

from collections.abc import Sequence

from django.core import signing

_SALT = "conversations.cursor"


class BadCursor(ValueError):
    """The cursor is not one that this server gave out for this list."""


def seal(name: str, values: Sequence[str]) -> str:
    """Return a cursor for the list ``name`` that holds ``values``."""
    return signing.dumps([name, *values], salt=_SALT)


def unseal(name: str, cursor: str) -> list[str]:
    """Return the values of a cursor, or an empty list for an empty one. Raises BadCursor."""
    if not cursor:
        return []
    try:
        given, *values = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise BadCursor("This page is not there any more. Begin again.") from error
    if given != name:
        raise BadCursor("This page belongs to another list. Begin again.")
    return [str(value) for value in values]
