"""How far a campaign is: its figures, who was skipped and why, what comes next."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min

from campaigns.models import Campaign, Recipient
from campaigns.reasons import Reason, reason
from campaigns.selectors.fallback import awaited, lost_after_the_end
from campaigns.selectors.figures import Figures, figures
from engagement.channels.models import Transmission

State = Transmission.State
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
class Progress(Figures):
    """The figures with what moves: ``deferred`` wait for the end of quiet hours or their local time; ``awaited`` have
    an SMS without a receipt, which the email may follow until ``awaited_until``; ``lost_after_end``: their SMS was
    lost when the campaign was over, and no email followed.
    """

    deferred: int = 0
    reasons: tuple[Skipped, ...] = ()
    per_minute: int = 0
    next_at: datetime | None = None
    awaited: int = 0
    awaited_until: datetime | None = None
    lost_after_end: int = 0

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
            ("unconfirmed", "fill-2", self.unconfirmed),
            ("failed", "fill-4", self.failed),
            ("waiting", "fill-rest", self.waiting),
        ):
            width = WIDTH * people / whole
            parts.append(Part(name, css, round(start, 1), round(width, 1)))
            start += width
        return parts


def progress(*, campaign: Campaign, now: datetime) -> Progress:
    """Count. Eight queries at most, however many people there are."""
    turns = Recipient.objects.filter(campaign=campaign, state=Recipient.State.WAITING, send_at__gt=now)
    queued = Transmission.objects.filter(group_id=campaign.pk, state=State.QUEUED, not_before__gt=now)
    later = queued.aggregate(people=Count("key"), at=Min("not_before"))
    turn = turns.aggregate(people=Count("key"), at=Min("send_at"))
    found = figures(campaign)
    people, until = (0, None) if found.waiting else awaited(campaign, now=now)
    return Progress(
        **asdict(found),
        awaited=people,
        awaited_until=until,
        lost_after_end=lost_after_the_end(campaign).count(),
        deferred=later["people"] + (0 if campaign.begins_at and campaign.begins_at > now else turn["people"]),
        reasons=tuple(
            Skipped(code, reason(code), people)
            for code, people in sorted(_skipped(campaign).items(), key=lambda one: (-one[1], one[0]))
        ),
        per_minute=_rate(campaign, now),
        next_at=min((at for at in (later["at"], turn["at"]) if at), default=None),
    )


def _skipped(campaign: Campaign) -> Mapping[str, int]:
    rows = Recipient.objects.filter(campaign=campaign, state=Recipient.State.SKIPPED).order_by().values_list("code")
    return dict(rows.annotate(people=Count("key")))


def _rate(campaign: Campaign, now: datetime) -> int:
    if campaign.status != Campaign.Status.SENDING:
        return 0
    recent = Transmission.objects.filter(group_id=campaign.pk, handed_at__gt=now - RATE_OVER)
    began = campaign.frozen_at or now
    minutes = max(1.0, min(RATE_OVER, now - began) / timedelta(minutes=1))
    return round(recent.count() / minutes)
