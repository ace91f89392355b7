"""Files that go with an answer or a note."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from conversations.actions.writing import ReplyRefused
from conversations.models import Message, MessageAttachment
from engagement.channels.models import Attachment


class FileGone(ReplyRefused):
    """A file is not there, or was not uploaded by a colleague for this."""

    def __init__(self) -> None:
        super().__init__(_("One of the files is no longer there. Attach it again."))


def checked_files(keys: Sequence[UUID]) -> list[Attachment]:
    """Return the uploaded files of ``keys`` in their order. Raises FileGone."""
    if not keys:
        return []
    found = {one.pk: one for one in Attachment.objects.filter(pk__in=keys, uploaded_by__isnull=False)}
    if set(found) != set(keys):
        raise FileGone
    return [found[key] for key in dict.fromkeys(keys)]


def link_files(message: Message, files: Sequence[Attachment]) -> None:
    """Let ``files`` stand with a message."""
    rows = [MessageAttachment(message=message, attachment=one, position=n) for n, one in enumerate(files)]
    MessageAttachment.objects.bulk_create(rows)
