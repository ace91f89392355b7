"""How far a campaign is: what left, what arrived, who was not written to and why, what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Sum

from campaigns.models import Campaign, Recipient
from campaigns.reasons import Reason, reason
from engagement.channels.models import GroupCount, Transmission

State = Transmission.State
ON_ITS_WAY = (State.QUEUED, State.CLAIMED, State.HANDING)
DELIVERED = (State.DELIVERED, State.READ, State.COMPLAINED)
LOST = (State.FAILED, State.BOUNCED, State.UNKNOWN)
RATE_OVER = timedelta(minutes=5)
WIDTH = 1000  # of the bar's drawing


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the bar: where it begins and how wide it is, of WIDTH."""

    name: str
    css: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Skipped:
    """How many were not written to for one reason."""

    code: str
    reason: Reason
    people: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything is counted in people. ``handed``: with a carrier, whatever came of it."""

    total: int
    waiting: int
    accepted: int
    delivered: int
    read: int
    lost: int
    complained: int
    answered: int
    unsubscribed: int
    fell_back: int
    deferred: int
    skipped: tuple[Skipped, ...]
    per_minute: int
    next_at: datetime | None

    @property
    def to_write(self) -> int:
        """Everybody who is to be written to."""
        return self.handed + self.waiting

    @property
    def handed(self) -> int:
        """Given to a carrier."""
        return self.accepted + self.delivered + self.lost

    @property
    def not_written_to(self) -> int:
        """Everybody who is not."""
        return sum(one.people for one in self.skipped)

    @property
    def complaint_rate(self) -> float:
        """Complaints, in per cent of what was taken."""
        taken = self.accepted + self.delivered
        return 100 * self.complained / taken if taken else 0.0

    @property
    def minutes_left(self) -> int | None:
        """How long it takes at the present rate; None when nothing leaves."""
        return -(-self.waiting // self.per_minute) if self.per_minute and self.waiting else None

    @property
    def parts(self) -> list[Part]:
        """The bar."""
        whole, start, parts = max(self.to_write, 1), 0.0, []
        for name, css, people in (
            ("delivered", "fill-5", self.delivered),
            ("accepted", "fill-3", self.accepted),
            ("lost", "fill-4", self.lost),
            ("waiting", "fill-rest", self.waiting),
        ):
            width = WIDTH * people / whole
            parts.append(Part(name, css, round(start, 1), round(width, 1)))
            start += width
        return parts


def progress(*, campaign: Campaign, now: datetime) -> Progress:
    """Count. Six queries, however many people there are."""
    lists = _lists(campaign)
    states = _states(campaign)
    effects = {name: _effect(campaign, name) for name in ("answered_at", "unsubscribed_at")}
    waiting = sum(people for (state, _code), people in lists.items() if state == Recipient.State.WAITING)
    skipped = {code: people for (state, code), people in lists.items() if state == Recipient.State.SKIPPED}
    turns = Recipient.objects.filter(campaign=campaign, state=Recipient.State.WAITING, send_at__gt=now)
    queued = Transmission.objects.filter(group_id=campaign.pk, state=State.QUEUED, not_before__gt=now)
    later = queued.aggregate(people=Count("key"), at=Min("not_before"))
    turn = turns.aggregate(people=Count("key"), at=Min("send_at"))
    lost = _superseded(campaign)
    return Progress(
        total=sum(lists.values()),
        waiting=waiting + sum(states.get(state, 0) for state in ON_ITS_WAY),
        accepted=states.get(State.ACCEPTED, 0),
        delivered=sum(states.get(state, 0) for state in DELIVERED),
        read=states.get(State.READ, 0),
        lost=max(0, sum(states.get(state, 0) for state in LOST) - lost),
        complained=states.get(State.COMPLAINED, 0),
        answered=effects["answered_at"],
        unsubscribed=effects["unsubscribed_at"],
        fell_back=Recipient.objects.filter(campaign=campaign, fell_back_at__isnull=False).count(),
        deferred=later["people"] + (0 if campaign.begins_at and campaign.begins_at > now else turn["people"]),
        skipped=tuple(
            Skipped(code, reason(code), people) for code, people in sorted(skipped.items(), key=lambda one: -one[1])
        ),
        per_minute=_rate(campaign, now),
        next_at=min((at for at in (later["at"], turn["at"]) if at), default=None),
    )


def _lists(campaign: Campaign) -> Mapping[tuple[str, str], int]:
    rows = Recipient.objects.filter(campaign=campaign).order_by().values_list("state", "code")
    return {(state, code): people for state, code, people in rows.annotate(people=Count("key"))}


def _states(campaign: Campaign) -> dict[str, int]:
    rows = GroupCount.objects.filter(group_id=campaign.pk).order_by().values_list("state")
    return {state: people for state, people in rows.annotate(people=Sum("delta")) if people}


def _effect(campaign: Campaign, name: str) -> int:
    given: dict[str, Any] = {f"{name}__isnull": False}
    return Recipient.objects.filter(campaign=campaign, **given).count()


def _superseded(campaign: Campaign) -> int:
    """Lost messages that another one followed: their people are counted by that one."""
    followed = Recipient.objects.filter(campaign=campaign, fell_back_at__isnull=False).values("key")
    return Transmission.objects.filter(
        group_id=campaign.pk, source_id__in=followed, channel_id=campaign.sms_channel_id, state__in=LOST
    ).count()


def _rate(campaign: Campaign, now: datetime) -> int:
    if campaign.status != Campaign.Status.SENDING:
        return 0
    recent = Transmission.objects.filter(group_id=campaign.pk, handed_at__gt=now - RATE_OVER)
    began = campaign.frozen_at or now
    minutes = max(1.0, min(RATE_OVER, now - began) / timedelta(minutes=1))
    return round(recent.count() / minutes)
