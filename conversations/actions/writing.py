"""What a text must be before it is written into a thread, and how a refusal is told."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

LONGEST_TEXT = 100_000  # characters


class ReplyRefused(ValueError):
    """What was written cannot stand like this; the message is a sentence for its author."""


class EmptyText(ReplyRefused):
    """Nothing was written."""

    def __init__(self) -> None:
        super().__init__(_("Write something first."))


class TextTooLong(ReplyRefused):
    """More was written than a message holds."""

    def __init__(self) -> None:
        limit = LONGEST_TEXT
        super().__init__(
            ngettext(
                "A message holds at most %(limit)d character.",
                "A message holds at most %(limit)d characters.",
                limit,
            )
            % {"limit": limit}
        )


class ForbiddenCharacter(ReplyRefused):
    """The text holds a NUL character or half of a surrogate pair, which no carrier takes."""

    def __init__(self) -> None:
        super().__init__(_("The text holds a character that cannot be sent. Type it again instead of pasting it."))


class LongerThanCarried(ReplyRefused):
    """The channel's kind carries fewer characters than were written."""

    def __init__(self, limit: int) -> None:
        words = _("A text here holds at most %(limit)d characters. Write it in fewer words.")
        super().__init__(words % {"limit": limit})


class FilesNotCarried(ReplyRefused):
    """The channel's kind carries no files."""

    def __init__(self) -> None:
        super().__init__(_("This channel carries no files. Take them off, or send a link."))


class AnotherIsOpen(ReplyRefused):
    """The customer has another open conversation where there can only be one."""

    def __init__(self) -> None:
        super().__init__(_("They have a newer open conversation on this channel. Go on there."))


def checked_text(text: str) -> str:
    """Return ``text`` with plain line ends and without space at its end.

    Raises EmptyText, TextTooLong or ForbiddenCharacter.
    """
    if "\x00" in text or not _is_unicode(text):
        raise ForbiddenCharacter
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").rstrip()
    if not text.strip():
        raise EmptyText
    if len(text) > LONGEST_TEXT:
        raise TextTooLong
    return text


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
