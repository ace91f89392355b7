"""Keep a file that a colleague attaches to what they are writing."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from engagement.channels.email.attachments import safe_filename, sniff
from engagement.channels.models import Attachment
from engagement.village.models import User


class FileRefused(ValueError):
    """The file cannot be taken; the message is a sentence for the person."""


class NoFile(FileRefused):
    """Nothing was sent."""

    def __init__(self) -> None:
        super().__init__(_("No file arrived. Choose it again."))


class FileTooLarge(FileRefused):
    """More bytes than a mail carries."""

    def __init__(self, name: str) -> None:
        limit = filesizeformat(settings.ATTACHMENT_LIMIT)
        super().__init__(_("%(name)s is larger than %(limit)s. Send a link instead.") % {"name": name, "limit": limit})


class FileEmpty(FileRefused):
    """There is nothing in it."""

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s is empty.") % {"name": name})


def upload(*, file: UploadedFile, uploaded_by: User, now: datetime) -> Attachment:
    """Store an uploaded file outside the web root and return its Attachment; what its bytes say decides its type.

    Raises FileTooLarge (more than ``settings.ATTACHMENT_LIMIT`` bytes) and FileEmpty.
    """
    given = file.name or ""
    if (file.size or 0) > settings.ATTACHMENT_LIMIT:
        raise FileTooLarge(given)
    content = file.read()
    if not content:
        raise FileEmpty(given)
    kind = sniff(content) or (file.content_type or "").partition(";")[0].strip().lower() or "application/octet-stream"
    attachment = Attachment(
        uploaded_by=uploaded_by,
        filename=safe_filename(given, kind, 1)[:255],
        content_type=kind[:150],
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created_at=now,
    )
    with transaction.atomic():
        attachment.file.save(given, ContentFile(content), save=False)
        attachment.save(force_insert=True)
    return attachment
