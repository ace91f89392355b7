"""Partition raw events by month through their time-ordered keys."""

from django.db import migrations

from engagement.partitions import partition_by_month

AFTER = """
CREATE INDEX raw_waiting ON engagement_channels_rawevent (key) WHERE status = 'received';
CREATE INDEX raw_failed ON engagement_channels_rawevent (key) WHERE status = 'failed';
ALTER TABLE engagement_channels_rawevent
    ADD CONSTRAINT rawevent_channel FOREIGN KEY (channel_id) REFERENCES engagement_channels_channel (key)
        DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT rawevent_settled_by FOREIGN KEY (settled_by_id) REFERENCES village_user (key)
        DEFERRABLE INITIALLY DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("engagement_channels", "0002_initial")]
    operations = [
        migrations.RunSQL(partition_by_month("engagement_channels_rawevent", after=AFTER), migrations.RunSQL.noop)
    ]
