"""What Pedralva's people believe of the five Cs, and what the first count finds."""

from datetime import datetime, timedelta

from engagement.operations.actions.count import count
from engagement.operations.actions.steer import claim, item_named, own, waive
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


def load(*, now: datetime) -> None:
    """Let people say what they believe, name owners, waive one item, and count. Call it last."""
    people = {user.email.partition("@")[0]: user for user in User.objects.all()}
    architect = people["rui.takahashi"]
    for name, levels in _BELIEFS.items():
        claim(person=people[name], levels=levels, now=now - timedelta(days=20))
    for area, name in _OWNERS.items():
        own(area=area, person=people[name], actor=architect, now=now)
    count(now=now)
    waive(
        item=item_named("conversation.language-known"),
        reason="The import of the workshop's customers, with their languages, is planned for January.",
        until=now + timedelta(days=45),
        actor=people["celina.reis"],
        now=now,
    )
