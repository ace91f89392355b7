"""How the channels are: what waits, what failed, whether a carrier answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min

from engagement.channels.actions.transmit import NEEDS_ATTENTION
from engagement.channels.channel_tests import tested_kinds
from engagement.channels.delivery import circuit
from engagement.channels.models import Channel, ChannelTest, Transmission
from engagement.sorting import by_name


@dataclass(frozen=True, slots=True)
class Health:
    """One channel, without campaigns' messages, which are counted on their own pages. ``waiting``: queued messages;
    ``oldest``: since when the first of them should have left. ``test``: how its last test ended (passed, failed);
    empty when its present settings were never tested.
    """

    channel: Channel
    waiting: int
    oldest: datetime | None
    failed: int
    circuit: str  # closed, open, half-open
    test: str = ""

    @property
    def is_untested(self) -> bool:
        """Whether nothing shows that it works, though a test could."""
        return not self.test and self.channel.kind in tested_kinds()


def overview(*, now: datetime) -> list[Health]:
    """Return all channels by name, in four queries."""
    return _healths(list(Channel.objects.select_related("department").order_by(*by_name())), now)


def health(*, channel: Channel, now: datetime) -> Health:
    """Return one channel."""
    return _healths([channel], now)[0]


def _healths(channels: Sequence[Channel], now: datetime) -> list[Health]:
    keys = [channel.pk for channel in channels]
    rows = (
        Transmission.objects.filter(channel_id__in=keys, group_id=None).order_by("channel_id").values_list("channel_id")
    )
    waiting = rows.filter(state=Transmission.State.QUEUED).annotate(count=Count("key"), oldest=Min("not_before"))
    queued: dict[UUID, tuple[int, datetime | None]] = {key: (count, oldest) for key, count, oldest in waiting}
    failed = dict(rows.filter(state__in=NEEDS_ATTENTION, settled_at=None).annotate(count=Count("key")))
    ended = ChannelTest.objects.filter(channel_id__in=keys).exclude(finished_at=None)
    newest = ended.order_by("channel_id", "-id").distinct("channel_id")
    tested: dict[UUID, str] = dict(newest.values_list("channel_id", "status"))
    return [
        Health(
            channel=channel,
            waiting=queued.get(channel.pk, (0, None))[0],
            oldest=queued.get(channel.pk, (0, None))[1],
            failed=failed.get(channel.pk, 0),
            circuit=_circuit(channel, now),
            test=tested.get(channel.pk, ""),
        )
        for channel in channels
    ]


def _circuit(channel: Channel, now: datetime) -> str:
    if not circuit.is_tripped(channel):
        return "closed"
    return "open" if channel.circuit_open_until and channel.circuit_open_until > now else "half-open"
