"""Kinds of channel: what each can do, and how words are handed to its carrier. Adapters translate, never
decide.

An app registers its adapters in ``apps.py``. Consent, caps, retries and leases belong to the delivery path,
which calls an adapter with messages that may leave.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable
from uuid import UUID

from engagement.channels.inbound.items import Inbound
from engagement.channels.models import Channel, RawEvent
from engagement.channels.words import Words


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a kind of channel can carry; ``receipts`` are the states that its carrier reports.

    ``threads``: messages say which one they answer. Without it a person has one conversation at a time.
    ``longest_text`` in characters; 0 for no limit of the kind.
    """

    html: bool = False
    subject: bool = False
    attachments: bool = False
    several_recipients: bool = False
    threads: bool = False
    longest_text: int = 0
    receipts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier took the message. ``refused`` names recipients that it did not take, each with its reason.

    ``external_id``: the carrier's own name of the message, where it gives one; receipts will name it.
    """

    reply: str
    refused: Mapping[str, str] = field(default_factory=dict)
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The carrier, or the message itself, says no for good; nothing left. ``answered``: the carrier said it."""

    code: str
    reply: str
    answered: bool = False


@dataclass(frozen=True, slots=True)
class NotNow:
    """The carrier says: later. Nothing left, so a retry is safe."""

    code: str
    reply: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No conversation with the carrier came about, or it ended before the words were sent. A retry is safe."""

    reply: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The words were on their way when the connection was lost: nobody can tell whether the carrier has them."""

    reply: str


@dataclass(frozen=True, slots=True)
class LeaseLost:
    """``Handover.begin`` said that the message is no longer ours; nothing left."""


@dataclass(frozen=True, slots=True)
class Unneeded:
    """What it asked for was done before it was written: nothing left, and nobody need look."""


Outcome = Accepted | Refused | NotNow | Unreachable | Unknown | LeaseLost | Unneeded


@dataclass(frozen=True, slots=True)
class Handover:
    """What the delivery path gives an adapter along with a message.

    ``begin`` must be called exactly once, right before the carrier is given the first byte of the words; when
    it returns False nothing may be sent. ``patient`` asks to wait (NotNow) rather than to leave out
    recipients that the carrier takes later. ``observe`` is told of ``sending`` (in the middle of the words)
    and ``answered``. ``key`` is the transmission's, for carriers that give it back with a receipt.
    """

    begin: Callable[[], bool]
    observe: Callable[[str], None]
    patient: bool = True
    key: UUID | None = None


class Adapter(Protocol):
    """One kind of channel."""

    @property
    def kind(self) -> str:
        """The name that ``Channel.kind`` holds."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What the kind can carry."""
        ...

    def is_address(self, address: str) -> bool:
        """Say whether the carrier could take ``address`` at all."""
        ...

    def hand_over(self, *, channel: Channel, words: Words, recipients: Sequence[str], handover: Handover) -> Outcome:
        """Give one message to the carrier, for ``recipients`` (what ``words`` shows as To is a matter of its
        own).

        Returns what came of it; raises nothing that the network or the message causes.
        """
        ...

    def parse(self, raw: RawEvent) -> Sequence[Inbound]:
        """Return everything that one delivery of the carrier holds, in its order.

        Raises Unanswerable or Unparsable with a sentence for what nobody could read.
        """
        ...


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message for one recipient, of those that are handed over together. All have begun already. ``key`` is the
    transmission's.
    """

    words: Words
    recipient: str
    key: UUID | None = None


@runtime_checkable
class HandsOverTogether(Protocol):
    """An adapter that can give its carrier many messages for little more than the price of one."""

    def hand_over_together(
        self, *, channel: Channel, parcels: Sequence[Parcel], observe: Callable[[str, int], None]
    ) -> list[Outcome]:
        """Give messages to the carrier, in their order; return what came of each.

        Raises nothing that the network or a message causes. ``observe`` is told of ``sending`` and ``answered``,
        with the parcel's place.
        """
        ...


class UnknownKind(LookupError):
    """A channel's kind has no adapter in this installation."""


class KindAlreadyRegistered(Exception):
    """Two adapters of one kind."""


_adapters: dict[str, Adapter] = {}


def register(adapter: Adapter) -> None:
    """Add a kind of channel. Raises KindAlreadyRegistered for a second adapter of another class."""
    if type(_adapters.get(adapter.kind, adapter)) is not type(adapter):
        raise KindAlreadyRegistered(adapter.kind)
    _adapters[adapter.kind] = adapter


def adapter_for(kind: str) -> Adapter:
    """Return the adapter of a kind. Raises UnknownKind."""
    try:
        return _adapters[kind]
    except KeyError as error:
        raise UnknownKind(kind) from error


def capabilities_of(kind: str) -> Capabilities:
    """Return what a kind can carry; the least for one that this installation does not know."""
    return _adapters[kind].capabilities if kind in _adapters else Capabilities()


def kinds() -> list[str]:
    """Return the names of all kinds."""
    return sorted(_adapters)
