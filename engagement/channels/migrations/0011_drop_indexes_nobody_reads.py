"""Drop the indexes for LIKE that Django made beside two unique keys: nobody asks so, and each message wrote into them
several times.

The constraints of the database stay as they are; only what Django calls them changes.
"""

from django.db import migrations, models

TABLES = {
    "transmission": "engagement_channels_transmission_unique_key_f77edb6b_like",
    "deliveryreport": "engagement_channels_deliveryreport_unique_key_9c7fae22_like",
}


def _dropped(model: str, index: str) -> migrations.RunSQL:
    table = f"engagement_channels_{model}"
    return migrations.RunSQL(
        sql=f"DROP INDEX CONCURRENTLY IF EXISTS {index}",
        reverse_sql=f"CREATE INDEX CONCURRENTLY {index} ON {table} (unique_key varchar_pattern_ops)",
        state_operations=[
            migrations.AlterField(model, "unique_key", models.CharField(max_length=200)),
            migrations.AddConstraint(
                model, models.UniqueConstraint(fields=["unique_key"], name=f"{table}_unique_key_key")
            ),
        ],
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("engagement_channels", "0010_keep_texts_of_the_stand_in_and_wishes")]
    operations = [_dropped(model, index) for model, index in TABLES.items()]
