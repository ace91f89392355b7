"""Every event that one app may learn from another. A change here is a decision: the payloads are snapshotted.

Times are aware datetimes in UTC. ``subject`` names what the event is about; events of one subject are delivered
in the order in which they were published.
"""

from typing import Any, ClassVar

import msgspec

CATALOGUE: dict[str, type["Event"]] = {}


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the catalogue; a subclass with a ``name`` is in it."""

    name: ClassVar[str] = ""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.name:
            CATALOGUE[cls.name] = cls

    @property
    def subject(self) -> str:
        """What the event is about, as ``kind:key``."""
        raise NotImplementedError
