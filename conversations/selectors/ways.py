"""By which of our channels a person can be written to first, and where the conversation would stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from conversations.models import Conversation, Queue
from conversations.selectors.queues import VISIBLE, reader
from engagement import statements
from engagement.channels.adapters import Capabilities, capabilities_of, kinds
from engagement.channels.models import Channel
from engagement.channels.selectors.foresight import Foreseen, Place, foresee
from engagement.profiles.actions.suppress import CHANNELS_OF
from engagement.profiles.models import Identity
from engagement.ui.names import channel_look
from engagement.village.models import User

_NEWEST_OPEN = f"""
WHERE conversations_conversation.profile_id = ANY(%(family)s) AND status <> 'resolved' AND {VISIBLE}
ORDER BY last_activity_at DESC, key DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Way:
    """One address of the person, over one channel of ours, whose conversations come into one queue."""

    identity: Identity
    channel: Channel
    queue: Queue
    foreseen: Foreseen

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.identity.pk}:{self.channel.pk}"

    @property
    def words(self) -> str:
        """How a person chooses it: "E-mail to ana@customer.example, from care@pedralva.example"."""
        return _("%(channel)s to %(address)s, from %(ours)s") % {
            "channel": channel_look(self.channel.kind).label,
            "address": self.identity.address,
            "ours": self.channel.address,
        }

    @property
    def carried(self) -> Capabilities:
        """What its kind of channel carries."""
        return capabilities_of(self.channel.kind)


def ways_to(*, family: Sequence[UUID], user: User, now: datetime) -> list[Way]:
    """Return the ways into queues that ``user`` works: the person's preferred address first, and of the channels the
    one over which we spoke last. Seven queries at most.

    What the gate would refuse is among them, with the reason.
    """
    known = kinds()
    by_kind = {kind: [one for one in channels if one in known] for kind, channels in CHANNELS_OF.items()}
    addresses = list(
        Identity.objects.filter(profile_id__in=family, valid_to=None, kind__in=list(by_kind)).order_by(
            "-preferred", "key"
        )
    )
    wanted = {kind for one in addresses for kind in by_kind[one.kind]}
    channels = list(Channel.objects.filter(kind__in=wanted).defer("credentials").order_by("name", "key"))
    last = _spoken_over(family)
    channels.sort(key=lambda channel: last.get(channel.pk, len(last)))
    queues = queues_of_channels([channel.pk for channel in channels])
    worked = set(Queue.objects.worked_by(user).values_list("pk", flat=True)) if channels else set()
    pairs = [
        (address, channel, queue)
        for address in addresses
        for channel in channels
        if channel.kind in by_kind[address.kind] and (queue := queues.get(channel.pk)) and queue.pk in worked
    ]
    places = [Place(channel, address.kind, address.address_norm) for address, channel, _queue in pairs]
    found = foresee(profile_id=family[0], places=places, now=now) if places else []
    return [Way(*pair, foreseen) for pair, foreseen in zip(pairs, found, strict=True)]


def _spoken_over(family: Sequence[UUID]) -> dict[UUID, int]:
    """The channels of the person's newest conversations, numbered from the newest."""
    newest = Conversation.objects.filter(profile__in=list(family)).order_by("-last_activity_at", "-key")
    used = dict.fromkeys(newest.values_list("channel_id", flat=True)[:20])
    return {key: number for number, key in enumerate(used)}


def queues_of_channels(channels: Sequence[UUID]) -> Mapping[UUID, Queue]:
    """Return the queue into which each channel leads, else the default one, if there is one. Two queries."""
    leading = Queue.channels.through.objects.filter(channel_id__in=channels).select_related("queue")
    found: dict[UUID, Queue] = {}
    for link in leading.order_by("queue__position", "queue__key"):
        found.setdefault(link.channel_id, link.queue)
    if len(found) < len(channels):
        fallback = Queue.objects.filter(is_default=True).first()
        found |= {key: fallback for key in channels if fallback is not None and key not in found}
    return found


def newest_open(*, family: Sequence[UUID], user: User) -> Conversation | None:
    """Return the person's conversation that was active last of those not resolved that ``user`` may open. One query."""
    found = statements.select(Conversation, _NEWEST_OPEN, {"family": list(family), **reader(user)})
    return found[0] if found else None
