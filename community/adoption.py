"""What adoption asks of the community: what each department's people answered there."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count
from django.utils.formats import number_format
from django.utils.translation import ngettext

from community.models import Post
from engagement.operations import adoption_sources as sources
from engagement.operations.adoption_sources import DepartmentMeasure, Done


def answers_given(since: datetime, until: datetime) -> dict[UUID, Done]:
    """For each department the topics of the community that its people answered in the period."""
    posts = Post.objects.filter(created_at__gte=since, created_at__lt=until, staff__departments__isnull=False)
    rows = posts.order_by().values("staff__departments").annotate(count=Count("topic", distinct=True))
    return {row["staff__departments"]: Done(row["count"]) for row in rows}


def people_who_answered(since: datetime, until: datetime) -> set[UUID]:
    """Who wrote in the community for the organization."""
    posts = Post.objects.filter(created_at__gte=since, created_at__lt=until, staff__isnull=False)
    return set(posts.order_by().values_list("staff_id", flat=True).distinct())


def _describe(done: Done) -> str:
    words = ngettext("%(count)s topic answered", "%(count)s topics answered", done.count)
    return words % {"count": number_format(done.count, force_grouping=True)}


def register() -> None:
    """Called once, when the app is ready."""
    sources.register_activity("community", people_who_answered)
    sources.register_measures(DepartmentMeasure("community.answers", answers_given, _describe, order=25))
