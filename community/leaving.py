"""The spaces that a person looks after. Registered with ``responsibilities``."""

from datetime import datetime
from functools import partial

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.models import Space
from engagement.sorting import by_localized_name
from engagement.village import responsibilities
from engagement.village.models import User
from engagement.village.responsibilities import Held, Responsibility


def _spaces(person: User, *, part: str) -> QuerySet[Space]:
    return Space.objects.filter(**{part: person}).order_by("position", *by_localized_name())


def _describe(space: Space) -> Held:
    return Held(str(space), reverse("community:edit-space", args=[space.pk]))


def _give(*, person: User, to: User | None, actor: User, now: datetime, part: str) -> int:
    """Where the colleague has the other part already, this one stays empty: both are never one person."""
    other = "deputy" if part == "moderator" else "moderator"
    rows = list(_spaces(person, part=part).select_for_update(of=("self",)))
    for space in rows:
        is_other = to is not None and getattr(space, f"{other}_id") == to.pk
        setattr(space, part, None if is_other else to)
        space.save(update_fields=[part])
    return len(rows)


def register() -> None:
    """Called once, when the app is ready."""
    parts = (("moderator", _("Spaces that they moderate"), 50), ("deputy", _("Spaces where they are the deputy"), 51))
    responsibilities.register(
        *(
            Responsibility(
                name=f"community.{part}",
                label=label,
                rows=partial(_spaces, part=part),
                describe=_describe,
                hand_over=partial(_give, part=part),
                unassigned=_("Nobody"),
                permission="community.moderate_community",
                view="community.moderate_community",
                order=order,
            )
            for part, label, order in parts
        )
    )
