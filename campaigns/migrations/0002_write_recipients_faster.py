"""One index fewer for each recipient, and no look at the campaign's row for each of them.

What a person got is found by the unique constraint, which now begins with the person: nobody is in so many campaigns
that theirs need an index in order of time.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("campaigns", "0001_segments_and_campaigns")]
    operations = [
        migrations.RunSQL(
            "CREATE UNIQUE INDEX CONCURRENTLY recipient_once ON campaigns_recipient (profile_id, campaign_id)",
            "DROP INDEX CONCURRENTLY IF EXISTS recipient_once",
            state_operations=[
                migrations.AddConstraint(
                    "recipient",
                    models.UniqueConstraint(models.F("profile_id"), models.F("campaign"), name="recipient_once"),
                )
            ],
        ),
        migrations.RemoveConstraint("recipient", "recipient_once_per_campaign"),
        RemoveIndexConcurrently("recipient", "recipient_profile"),
        migrations.AlterField(
            "recipient",
            "campaign",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="recipients",
                to="campaigns.campaign",
            ),
        ),
    ]
