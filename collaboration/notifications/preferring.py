"""How a person wants to hear of each kind of news."""

from collections.abc import Mapping

from django.db import transaction

from collaboration.models import NotificationPreference
from engagement.village.models import User


@transaction.atomic
def prefer(*, person: User, chosen: Mapping[str, str]) -> None:
    """Keep ``chosen`` (kind to delivery). Safe to repeat; kinds that are not named stay as they are."""
    rows = [NotificationPreference(person=person, kind=kind, delivery=how) for kind, how in sorted(chosen.items())]
    NotificationPreference.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["person", "kind"], update_fields=["delivery"]
    )
