"""What adoption asks of the campaigns: how many each department launched."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count
from django.utils.formats import number_format
from django.utils.translation import ngettext

from campaigns.models import Campaign
from engagement.operations import adoption_sources as sources
from engagement.operations.adoption_sources import DepartmentMeasure, Done


def campaigns_launched(since: datetime, until: datetime) -> dict[UUID, Done]:
    """For each department of an owner the campaigns that were launched in the period."""
    launched = Campaign.objects.filter(launched_at__gte=since, launched_at__lt=until, owner__departments__isnull=False)
    rows = launched.order_by().values("owner__departments").annotate(count=Count("pk"))
    return {row["owner__departments"]: Done(row["count"]) for row in rows}


def _describe(done: Done) -> str:
    words = ngettext("%(count)s campaign", "%(count)s campaigns", done.count)
    return words % {"count": number_format(done.count, force_grouping=True)}


def register() -> None:
    """Called once, when the app is ready."""
    sources.register_measures(DepartmentMeasure("campaigns.launched", campaigns_launched, _describe, order=15))
