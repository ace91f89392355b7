"""What a renderer makes of a transmission, by what its kind of channel carries."""

from dataclasses import dataclass

from engagement.channels.email.composing import OutgoingEmail
from engagement.channels.email.ready import ReadyEmail


@dataclass(frozen=True, slots=True)
class OutgoingText:
    """A message of plain text. ``media``: addresses (https) of pictures, for kinds of channel that carry them."""

    text: str
    media: tuple[str, ...] = ()


Words = OutgoingEmail | ReadyEmail | OutgoingText


class NotNeeded:
    """In the place of words: what a message asks for was done meanwhile."""


NOT_NEEDED = NotNeeded()
