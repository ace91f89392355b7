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
from engagement.profiles.models import ConsentState, Identity
from engagement.sorting import by_name
from engagement.ui.names import channel_look
from engagement.village.models import User

STOPPED_BY_CARRIER = ("sms",)  # where "STOP" makes the carrier refuse everything that we send, not only marketing
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
    # Where a customer has one conversation at a time: the open one, and whether the reader may open it.
    open_conversation: Conversation | None = None
    may_open: bool = False
    is_stopped: bool = False  # the person opted out of this kind of channel, whose carrier then takes nothing from us

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
    def refusal(self) -> str:
        """Why nothing new can be written by this way now; empty where it can."""
        if self.foreseen.is_refused:
            return self.foreseen.words
        if self.foreseen.code == "channel_paused":
            return _("The channel is paused: nothing leaves until somebody resumes it.")
        if self.is_stopped:
            return _("They opted out of SMS: the carrier delivers nothing from us. Choose another way.")
        if self.open_conversation is not None:
            if self.may_open:
                return _("They have an open conversation on this channel. Write there.")
            queue = self.open_conversation.queue
            return _("They have an open conversation on this channel, in the queue %(queue)s.") % {"queue": queue}
        return ""

    @property
    def refusal_code(self) -> str:
        """The reason of ``refusal`` as a code; empty where there is none."""
        if self.foreseen.is_refused or self.foreseen.code == "channel_paused":
            return self.foreseen.code
        if self.is_stopped:
            return "opted_out"
        return "conversation_open" if self.open_conversation is not None else ""

    @property
    def warning(self) -> str:
        """What delays a message by this way; empty where nothing does."""
        return self.foreseen.words if self.foreseen.code and not self.refusal else ""

    @property
    def carried(self) -> Capabilities:
        """What its kind of channel carries."""
        return capabilities_of(self.channel.kind)


def ways_to(*, family: Sequence[UUID], user: User, now: datetime) -> list[Way]:
    """Return the ways into queues that ``user`` works: the person's preferred address first, and of the channels the
    one over which we spoke last. Seven queries at most.

    What cannot be written by now is among them, with the reason (``refusal``).
    """
    known = kinds()
    by_kind = {kind: [one for one in channels if one in known] for kind, channels in CHANNELS_OF.items()}
    addresses = list(
        Identity.objects.filter(profile_id__in=family, valid_to=None, kind__in=list(by_kind)).order_by(
            "-preferred", "key"
        )
    )
    wanted = {kind for one in addresses for kind in by_kind[one.kind]}
    channels = list(Channel.objects.filter(kind__in=wanted).defer("credentials").order_by(*by_name()))
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
    standing = _open_single([(channel.pk, address.address_norm) for address, channel, _queue in pairs])
    stopped = _opted_out(family) if any(channel.kind in STOPPED_BY_CARRIER for channel in channels) else set()
    made = []
    for (address, channel, queue), foreseen in zip(pairs, found, strict=True):
        there = None
        if not capabilities_of(channel.kind).threads:
            there = standing.get((channel.pk, address.address_norm))
        may_open = there is not None and there.queue_id in worked
        made.append(Way(address, channel, queue, foreseen, there, may_open, channel.kind in stopped))
    return made


def _opted_out(family: Sequence[UUID]) -> set[str]:
    """The kinds of channel on which "STOP" ends everything, and that the person opted out of. One query."""
    states = ConsentState.objects.filter(profile_id__in=family, channel__in=STOPPED_BY_CARRIER, granted=False)
    return set(states.values_list("channel", flat=True))


def _open_single(pairs: Sequence[tuple[UUID, str]]) -> dict[tuple[UUID, str], Conversation]:
    """The open conversations at places where there is one at a time, by channel and address. One query."""
    if not pairs:
        return {}
    rows = Conversation.objects.filter(
        single=True,
        endpoint__channel_id__in={channel for channel, _norm in pairs},
        endpoint__address_norm__in={norm for _channel, norm in pairs},
    ).exclude(status=Conversation.Status.RESOLVED)
    found = rows.select_related("endpoint", "queue").order_by("last_activity_at", "key")
    return {(one.endpoint.channel_id, one.endpoint.address_norm): one for one in found}


def closed_addresses(family: Sequence[UUID]) -> list[Identity]:
    """Return the person's addresses that were closed, at which they are not written to any more. One query."""
    kinds_written_to = [kind for kind, channels in CHANNELS_OF.items() if set(channels) & set(kinds())]
    closed = Identity.objects.filter(profile_id__in=family, kind__in=kinds_written_to, valid_to__isnull=False)
    open_ones = Identity.objects.filter(valid_to=None, profile_id__in=family)
    return list(closed.exclude(address_norm__in=open_ones.values("address_norm")).order_by("-valid_to", "key")[:10])


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
