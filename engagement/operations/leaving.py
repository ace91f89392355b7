"""The areas of the operating model that a person answers for. Registered with ``responsibilities``."""

from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from engagement.operations.models import AreaOwner
from engagement.village import responsibilities
from engagement.village.models import User
from engagement.village.responsibilities import Held, Responsibility


def _areas(person: User) -> QuerySet[AreaOwner]:
    return AreaOwner.objects.filter(person=person).order_by("area")


def _describe(owner: AreaOwner) -> Held:
    return Held(owner.area, reverse("operations:model"))


def _give(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    rows = _areas(person).order_by()
    if to is None:
        return rows.delete()[0]
    return rows.update(person=to, since=now)


def register() -> None:
    """Called once, when the app is ready."""
    responsibilities.register(
        Responsibility(
            name="operations.areas",
            label=_("Areas of the operating model"),
            rows=_areas,
            describe=_describe,
            hand_over=_give,
            unassigned=_("No owner"),
            permission="operations.view_checklist",
            view="operations.view_checklist",
            order=80,
        )
    )
