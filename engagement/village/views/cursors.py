"""Where a page of a list begins."""

from uuid import UUID


def key_of(text: str) -> UUID | None:
    """Return the key in a query string; None for anything else, which shows the first page."""
    try:
        return UUID(text)
    except ValueError:
        return None
