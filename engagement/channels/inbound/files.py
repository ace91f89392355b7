"""Files of a message: on disc before the row that names them is committed."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile

from engagement.channels.email.parsed import ParsedAttachment
from engagement.channels.models import Attachment
from engagement.events.catalogue import AttachmentReference

UNKNOWN_TYPE = "application/octet-stream"


def write_files(files: Sequence[ParsedAttachment], *, raw_event_key: UUID, now: datetime) -> list[Attachment]:
    """Write each file to the storage and return rows that are not saved yet.

    A crash between here and the commit leaves a file without a row, never a row without a file. Raises OSError.
    """
    return [_write(file, raw_event_key, now) for file in files]


def reference(row: Attachment) -> AttachmentReference:
    """Return what an event says of a stored file."""
    return AttachmentReference(
        attachment_id=row.key,
        filename=row.filename,
        content_type=row.content_type,
        size=row.size,
        inline=row.inline,
        content_id=row.content_id,
    )


def _write(file: ParsedAttachment, raw_event_key: UUID, now: datetime) -> Attachment:
    row = Attachment(
        raw_event_key=raw_event_key,
        filename=file.filename[:255],
        content_type=(file.sniffed_type or file.declared_type or UNKNOWN_TYPE)[:150],
        size=file.size,
        sha256=hashlib.sha256(file.content).hexdigest(),
        content_id=file.content_id[:500],
        inline=file.inline,
        created_at=now,
    )
    row.file.save(row.filename, ContentFile(file.content), save=False)
    return row
