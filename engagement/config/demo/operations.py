"""What Pedralva's people believe of the five Cs, what it is worth to them, and what the first count finds."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import F

from engagement.channels.models import RawEvent
from engagement.operations.actions.count import count
from engagement.operations.actions.steer import claim, item_named, own, waive
from engagement.operations.actions.value import sign_value, write_value
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
_BASELINES = {
    "revenue": ("61 workshop bookings a month from June to August, without any campaign.", "bookings more × R$ 240"),
    "saving": ("412 repeat calls in May, counted by the call centre.", "calls less × R$ 19.40"),
    "risk": ("No ledger of consents until September.", "2% of yearly sales × the likelihood that counsel gives"),
    "cost": ("Nothing spent before.", "two people for a third of their time, and the servers"),
}


def load(*, now: datetime) -> None:
    """Let people say what they believe, name owners, waive one item, and count. Call it last."""
    people = {user.email.partition("@")[0]: user for user in User.objects.all()}
    architect = people["rui.takahashi"]
    for name, levels in _BELIEFS.items():
        claim(person=people[name], levels=levels, now=now - timedelta(days=20))
    for area, name in _OWNERS.items():
        own(area=area, person=people[name], actor=architect, now=now)
    _worth(people, now - timedelta(days=9))
    # The demo's mail is of the last weeks and was read a moment ago; it stands for mail that was read as it came.
    read = RawEvent.objects.filter(read_at__isnull=False)
    read.update(read_at=F("received_at") + timedelta(seconds=2))
    count(now=now)
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
        entry = write_value(
            name=name,
            outcome=outcome,
            currency="BRL",
            low=Decimal(low),
            base=Decimal(base),
            high=Decimal(high),
            baseline=baseline,
            formula=formula,
            author=people[author],
            now=at,
        )
        if is_signed:
            sign_value(entry=entry, actor=people["celina.reis"], now=at + timedelta(days=1))
