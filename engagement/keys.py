"""Primary keys: UUID version 7 (RFC 9562), so that rows sort by the time they were made."""

import uuid

from uuid_utils.compat import uuid7


def new_key() -> uuid.UUID:
    """Return a new time-ordered key."""
    return uuid7()
