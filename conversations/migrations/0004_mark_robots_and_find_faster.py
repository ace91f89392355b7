"""What the threading of messages and the search need beside the first tables."""

import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations, models

# An answer that was taken back becomes an event: its words must not be found any more.
SEARCH = """
CREATE OR REPLACE FUNCTION conversations_message_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'event' THEN
        NEW.search := NULL;
    ELSE
        NEW.search := conversations_search(NEW.title, NEW.text, NEW.sender_name || ' ' || NEW.sender_address);
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0003_counts_and_search")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="automatic",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="message",
            name="item",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="endpoint",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Lower("address"), name="gin_trgm_ops"
                ),
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Lower("name"), name="gin_trgm_ops"
                ),
                name="endpoint_search",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("delivery_state__in", ["failed", "unknown", "bounced"])),
                fields=["conversation"],
                name="message_not_arrived",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(fields=("raw_event_key", "item"), name="message_once_per_raw_item"),
        ),
        migrations.RunSQL(SEARCH, migrations.RunSQL.noop),
    ]
