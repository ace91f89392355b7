"""A message that is bytes already."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ReadyEmail:
    """What ``Skeleton.splice`` or ``compose`` gave. ``sender`` is the envelope's reverse-path, empty for the null one.

    ``content`` has CRLF line ends and is 7-bit unless an address itself needs SMTPUTF8.
    """

    sender: str
    content: bytes = field(repr=False)
