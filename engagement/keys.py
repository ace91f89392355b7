"""Primary keys: UUID version 7 (RFC 9562), so that rows sort by the time they were made."""

import uuid

import uuid_utils
from uuid_utils.compat import uuid7


def new_key() -> uuid.UUID:
    """Return a new time-ordered key."""
    return uuid7()


def new_key_text() -> str:
    """Return a new time-ordered key as text: a fifth of the time, for rows by the million."""
    return str(uuid_utils.uuid7())
