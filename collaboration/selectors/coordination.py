"""Which departments deal with a customer, and who keeps them together."""

from uuid import UUID

from django.db.models import Q

from collaboration.models import Coordination, Handoff
from engagement.village.models import Department

DEALT = ("accepted", "completed")


def departments_of(profile_id: UUID, present: UUID | None = None) -> list[Department]:
    """Return the departments between which the customer was handed over, and the ``present`` one, by name."""
    taken = Handoff.objects.filter(profile=profile_id, state__in=DEALT).order_by()
    pairs = taken.values_list("from_department", "to_department").distinct()
    keys = {key for pair in pairs for key in pair} | {present}
    return sorted(Department.objects.filter(pk__in=[key for key in keys if key]), key=str)


def coordinator_of(profile_id: UUID) -> Coordination | None:
    """Return who coordinates what is done for a customer now."""
    now = Coordination.objects.filter(Q(profile=profile_id) | Q(profile__canonical=profile_id), until=None)
    return now.select_related("person").order_by("-key").first()
