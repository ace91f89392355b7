"""Deals that should have closed long ago, or whose owner has left: somebody is asked, once for each close date."""

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from engagement.events.catalogue import DealNeedsDecision
from engagement.events.outbox import publish
from engagement.organization.current import current_organization
from engagement.profiles.models import Deal

BATCH_SIZE = 200


@transaction.atomic
def ask_about_deals(*, now: datetime) -> int:
    """Publish DealNeedsDecision for each stale deal, and each one of somebody who left, that nobody was asked about.

    Returns how many there were. Any number of workers may run it at once.
    """
    overdue = Q(closes_on__lt=now.astimezone(UTC).date() - timedelta(days=current_organization().deal_stale_days))
    waiting = Deal.objects.open().filter(overdue | Q(owner__is_active=False), asked_at=None)
    rows = waiting.select_related("owner").order_by("key").select_for_update(skip_locked=True, of=("self",))
    deals = list(rows[:BATCH_SIZE])
    for deal in deals:
        deal.asked_at = now
        deal.save(update_fields=["asked_at"])
        publish(
            DealNeedsDecision(
                deal_id=deal.pk,
                profile_id=deal.profile_id,
                owner_id=deal.owner_id,
                has_left=not deal.owner.is_active,
                at=now,
            ),
            now=now,
        )
    return len(deals)
