"""What Pedralva's people believe of the five Cs, what it is worth to them, and what the first count finds."""

import hashlib
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import F
from django.utils import timezone

from engagement.channels.models import RawEvent
from engagement.operations.actions.count import count, passes
from engagement.operations.actions.steer import claim, item_named, own, waive
from engagement.operations.actions.value import sign_value, write_value
from engagement.operations.checklist import Item, registered
from engagement.operations.models import Answer, Outcome
from engagement.profiles.actions.propose import look_at_new
from engagement.village.models import User

_BELIEFS = {
    "celina.reis": {"conversation": 4, "community": 3, "collaboration": 4, "campaign": 4, "content": 3},
    "bruna.koch": {"community": 3, "campaign": 4, "content": 4},
    "rui.takahashi": {"conversation": 3, "collaboration": 2, "campaign": 3},
    "nuno.abrantes": {"conversation": 3, "collaboration": 3},
    "pilar.quiroga": {"community": 2, "conversation": 3},
}
_OWNERS = {
    "conversation": "tereza.lobato",
    "community": "pilar.quiroga",
    "collaboration": "nuno.abrantes",
    "campaign": "bruna.koch",
    "content": "otavio.sampaio",
}


_VALUES = (
    ("Service bookings from campaigns", "revenue", (88_000, 141_000, 160_000), "bruna.koch", True),
    ("Fewer repeat calls", "saving", (41_000, 96_000, 130_000), "ambrosio.falcao", True),
    ("Fines not paid, consent ledger", "risk", (0, 52_000, 210_000), "bruna.koch", False),
    ("Cost, people and licences", "cost", (72_000, 100_000, 135_000), "ambrosio.falcao", True),
)
_SHOWN_BY = {
    "revenue": ("campaign", "campaign.conversions"),
    "saving": ("inbox", "conversation.reopened"),
    "risk": ("consent", "conversation.legal-basis"),
    "cost": ("", ""),
}
_BASELINES = {
    "revenue": ("61 workshop bookings a month from June to August, without any campaign.", "bookings more × R$ 240"),
    "saving": ("412 repeat calls in May, counted by the call centre.", "calls less × R$ 19.40"),
    "risk": ("No ledger of consents until September.", "2% of yearly sales × the likelihood that counsel gives"),
    "cost": ("Nothing spent before.", "two people for a third of their time, and the servers"),
}

HISTORY_DAYS = 60


def load(*, now: datetime) -> None:
    """Let people say what they believe, name owners, waive one item, and count. Call it last."""
    people = {user.email.partition("@")[0]: user for user in User.objects.all()}
    architect = people["rui.takahashi"]
    for name, levels in _BELIEFS.items():
        claim(person=people[name], levels=levels, now=now - timedelta(days=20))
    for area, name in _OWNERS.items():
        own(area=area, person=people[name], actor=architect, now=now)
    # The demo's mail is of the last weeks and was read a moment ago; it stands for mail that was read as it came.
    read = RawEvent.objects.filter(read_at__isnull=False)
    read.update(read_at=F("received_at") + timedelta(seconds=2))
    look_at_new(now=timezone.now() + timedelta(minutes=1), seconds=10)  # also at who came in a moment ago
    count(now=now)
    _remember(now)
    _worth(people, now - timedelta(days=9))
    waive(
        item=item_named("conversation.language-known"),
        reason="The import of the workshop's customers, with their languages, is planned for January.",
        until=now + timedelta(days=45),
        actor=people["celina.reis"],
        now=now,
    )


def _worth(people: dict[str, User], at: datetime) -> None:
    for name, outcome, (low, base, high), author, is_signed in _VALUES:
        baseline, formula = _BASELINES[outcome]
        capability, metric = _SHOWN_BY[outcome]
        entry = write_value(
            name=name,
            outcome=outcome,
            currency="BRL",
            low=Decimal(low),
            base=Decimal(base),
            high=Decimal(high),
            baseline=baseline,
            formula=formula,
            capability=capability,
            metric=metric,
            author=people[author],
            now=at,
        )
        if is_signed:
            sign_value(entry=entry, actor=people["celina.reis"], now=at + timedelta(days=1))


def _remember(now: datetime) -> None:
    """Write sixty days of answers before today's, as the daily count would have kept them.

    Each figure walks from where it stood to today's, by steps that the item's name alone decides; what passes today was
    reached on some day, and what nobody could judge then could not be judged before.
    """
    items = {item.name: item for item in registered()}
    rows = [
        _answer_of(items[answer.item], answer, ago, now)
        for answer in Answer.objects.order_by("item")
        for ago in range(1, HISTORY_DAYS + 1)
    ]
    Answer.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


def _answer_of(item: Item, today: Answer, ago: int, now: datetime) -> Answer:
    figure, at = today.figure, now - timedelta(days=ago)
    if figure is not None:
        figure = _figure_of(item, figure, ago)
    outcome = Outcome.INSUFFICIENT
    if figure is not None:
        outcome = Outcome.PASS if passes(item, figure, today.threshold) else Outcome.FAIL
    return Answer(
        item=item.name,
        day=today.day - timedelta(days=ago),
        at=at,
        outcome=outcome,
        figure=figure,
        threshold=today.threshold,
        rows=max(round(today.rows * (1 - ago / (2 * HISTORY_DAYS))), 1 if today.rows else 0),
    )


def _figure_of(item: Item, figure: float, ago: int) -> float:
    """The figure of a day: worse the longer ago, up to the day on which it came to stand where it stands."""
    settled = 4 + _drawn(item.name, 52)  # days ago; nothing has changed since
    if ago <= settled or _drawn(f"{item.name} steady", 3) == 0:
        return figure
    wave = _drawn(f"{item.name} {ago // 3}", 5) / 100
    lag = min((ago - settled) / HISTORY_DAYS, 1.0) * 0.6 + wave
    if item.better == "more":
        return round(figure * (1 - lag), 1)
    return round(figure * (1 + lag) + (lag * item.threshold if figure < item.threshold else 0), 1)


def _drawn(word: str, below: int) -> int:
    """A number from 0 to below ``below`` that a word alone decides."""
    return int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big") % below
