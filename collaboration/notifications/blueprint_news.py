"""What is said about the blueprint."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_noop

from collaboration.notifications.notifying import notify
from engagement.village.models import User


def notify_of_contract(
    *, component_id: UUID, name: str, people_ids: Sequence[UUID], actor_id: UUID | None, now: datetime
) -> None:
    """Tell the owners of neighbors that the contract of a component or of one of its links is another one."""
    actor = User.objects.filter(pk=actor_id).first() if actor_id else None
    for person in User.objects.filter(pk__in=people_ids).order_by("key"):
        notify(
            person=person,
            kind="contract.changed",
            title=(
                gettext_noop("%(name)s changed the contract of %(component)s"),
                {"name": str(actor or "Vilarejo"), "component": name},
            ),
            text=(gettext_noop("One of your components is linked with it. Check what you rely on."), {}),
            url=reverse("operations:component", args=[component_id]),
            dedupe_key=f"contract:{component_id}:{now.isoformat()}",
            now=now,
        )
