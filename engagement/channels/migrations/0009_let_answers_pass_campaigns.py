"""Index what is due by lane: answers first, and each campaign by itself, so that a held one is in nobody's way."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

ALONE = Q(group_id=None)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("engagement_channels", "0008_group_what_goes_out")]
    operations = [
        AddIndexConcurrently(
            "transmission",
            models.Index(
                fields=["channel", "not_before", "key"],
                name="transmission_due_alone",
                condition=Q(state="queued") & ALONE,
            ),
        ),
        AddIndexConcurrently(
            "transmission",
            models.Index(
                fields=["channel", "group_id", "not_before", "key"],
                name="transmission_due_grouped",
                condition=Q(state="queued") & ~ALONE,
            ),
        ),
        AddIndexConcurrently(
            "transmission",
            models.Index(
                fields=["-key"],
                name="transmission_failed",
                condition=Q(state__in=["failed", "unknown", "bounced"], settled_at=None) & ALONE,
            ),
        ),
        RemoveIndexConcurrently("transmission", "transmission_due"),
        RemoveIndexConcurrently("transmission", "transmission_attention"),
    ]
