"""The figures of campaigns, in people: every page, file and answer of the API takes them from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from campaigns.models import Campaign, Recipient
from campaigns.models.recipient import SOURCE
from campaigns.segments.asking import ask
from engagement.channels.models import Transmission
from engagement.channels.selectors.groups import progress_of

State = Transmission.State
MANY_BOUNCED = 0.1  # of those who were written to: then a campaign is completed with failures
# Where a person stands: the best that became of their messages. Each is in the first of these that has one of them.
OUTCOMES: dict[str, tuple[State, ...]] = {
    "delivered": (State.DELIVERED, State.READ, State.COMPLAINED),
    "accepted": (State.ACCEPTED,),
    "waiting": (State.QUEUED, State.CLAIMED, State.HANDING),
    "unconfirmed": (State.UNKNOWN,),
    "failed": (State.FAILED, State.BOUNCED),
}
BEST_FIRST = (
    *(State.READ, State.COMPLAINED, State.DELIVERED, State.ACCEPTED, State.HANDING, State.CLAIMED, State.QUEUED),
    *(State.UNKNOWN, State.BOUNCED, State.FAILED, State.REFUSED, State.CANCELLED),
)
# Of people with several messages (the email after the SMS): each message that was counted is taken off, and the best
# one of each person is counted instead.
_CORRECTIONS = """
WITH messages AS (
    SELECT recipient.campaign_id, recipient.key, sent.state, array_position(%(best)s::text[], sent.state::text) AS place
    FROM campaigns_recipient recipient
    JOIN engagement_channels_transmission sent ON sent.source = %(source)s AND sent.source_id = recipient.key
    WHERE recipient.campaign_id = ANY(%(campaigns)s::uuid[]) AND recipient.fell_back_at IS NOT NULL
)
SELECT campaign_id, state, sum(change) FROM (
    SELECT campaign_id, state, -1 AS change FROM messages
    UNION ALL
    SELECT campaign_id, (array_agg(state ORDER BY place))[1], 1 FROM messages GROUP BY campaign_id, key
) AS changes GROUP BY campaign_id, state
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """People of one campaign. ``delivered``, ``accepted`` (sent, no receipt yet), ``unconfirmed`` (nobody can tell
    whether it left), ``failed`` and ``waiting`` are apart; ``read``, ``complained`` are parts of ``delivered``,
    ``bounced`` is a part of ``failed``. ``other_channel``: got the second channel instead of the first.
    """

    waiting: int = 0
    accepted: int = 0
    delivered: int = 0
    read: int = 0
    complained: int = 0
    unconfirmed: int = 0
    failed: int = 0
    bounced: int = 0
    skipped: int = 0
    answered: int = 0
    unsubscribed: int = 0
    other_channel: int = 0

    @property
    def sent(self) -> int:
        """To how many a message left, whether or not it came back."""
        return self.accepted + self.delivered + self.bounced

    @property
    def not_sent(self) -> int:
        """To how many nothing left, though it was tried."""
        return self.failed - self.bounced

    def verdict(self, status: str) -> str:
        """Return what came of a campaign that is completed: ``completed``, ``completed_with_failures`` (some messages
        never left, or a tenth came back), ``nothing_sent``; empty for any other status.
        """
        if status != Campaign.Status.FINISHED:
            return ""
        if self.failed and not self.sent and not self.unconfirmed:
            return "nothing_sent"
        many = self.bounced >= MANY_BOUNCED * max(self.to_write, 1)
        return "completed_with_failures" if self.not_sent or (self.bounced and many) else "completed"

    @property
    def to_write(self) -> int:
        """How many are not skipped."""
        return self.waiting + self.accepted + self.delivered + self.unconfirmed + self.failed

    @property
    def total(self) -> int:
        """Everybody of the campaign."""
        return self.to_write + self.skipped

    @property
    def complaint_rate(self) -> float:
        """Complaints, in percent of those to whom it was sent and did not come back."""
        reached = self.accepted + self.delivered
        return 100 * self.complained / reached if reached else 0.0


def figures_of(campaigns: Sequence[Campaign]) -> dict[UUID, Figures]:
    """Return the figures of each. Three queries, however many campaigns and people there are."""
    keys = [one.pk for one in campaigns]
    states = progress_of(keys)
    for campaign, state, change in _corrections(campaigns):
        states[campaign][state] = states[campaign].get(state, 0) + change
    people = _people(campaigns)
    return {key: _figures(states[key], people.get(key, {})) for key in keys}


def figures(campaign: Campaign) -> Figures:
    """Return the figures of one campaign."""
    return figures_of([campaign])[campaign.pk]


def _figures(states: dict[str, int], people: dict[str, int]) -> Figures:
    in_state = {name: sum(states.get(state, 0) for state in members) for name, members in OUTCOMES.items()}
    return Figures(
        waiting=people.get("waiting", 0) + in_state["waiting"],
        accepted=in_state["accepted"],
        delivered=in_state["delivered"],
        read=states.get(State.READ, 0),
        complained=states.get(State.COMPLAINED, 0),
        unconfirmed=in_state["unconfirmed"],
        failed=in_state["failed"],
        bounced=states.get(State.BOUNCED, 0),
        skipped=people.get("skipped", 0),
        answered=people.get("answered", 0),
        unsubscribed=people.get("unsubscribed", 0),
        other_channel=people.get("other_channel", 0),
    )


def _corrections(campaigns: Sequence[Campaign]) -> list[tuple[UUID, str, int]]:
    keys = [one.pk for one in campaigns if one.plan == Campaign.Plan.SMS_ELSE_EMAIL]
    if not keys:
        return []
    best = [str(state) for state in BEST_FIRST]
    rows = ask(_CORRECTIONS, {"campaigns": keys, "source": SOURCE, "best": best})
    return [(campaign, state, int(change)) for campaign, state, change in rows]


def on_other_channel() -> Q:
    """Who got, or gets, the second channel of the plan instead of the first."""
    second = Q(campaign__plan=Campaign.Plan.SMS_ELSE_EMAIL, channel="email", state=Recipient.State.QUEUED)
    return Q(fell_back_at__isnull=False) | second


def _people(campaigns: Sequence[Campaign]) -> dict[UUID, dict[str, int]]:
    state = Recipient.State
    counts = {
        "waiting": Q(state=state.WAITING),
        "skipped": Q(state=state.SKIPPED),
        "answered": Q(answered_at__isnull=False),
        "unsubscribed": Q(unsubscribed_at__isnull=False),
        "other_channel": on_other_channel(),
    }
    rows: Any = Recipient.objects.filter(campaign__in=campaigns).order_by().values("campaign_id")
    counted = rows.annotate(**{name: Count("key", filter=condition) for name, condition in counts.items()})
    return {row.pop("campaign_id"): dict(row) for row in counted}
