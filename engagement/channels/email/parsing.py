"""From the raw bytes of a message to :class:`ParsedEmail`."""

from __future__ import annotations

from engagement.channels.email.parsed import ParsedEmail, Unparsable

MAX_ATTACHMENT_BYTES = 25 * 1024 * 1024


def parse(
    raw: bytes, *, envelope_sender: str | None = None, max_attachment_bytes: int = MAX_ATTACHMENT_BYTES
) -> ParsedEmail:
    """Decode ``raw``. ``envelope_sender`` is SMTP's MAIL FROM (``""`` for ``<>``) where it is known.

    Raises Unparsable, and nothing else, whatever the bytes are.
    """
    raise Unparsable("Not read yet.")
