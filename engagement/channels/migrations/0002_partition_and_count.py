"""Partition raw events by month through their time-ordered keys, and count what became of groups' messages."""

from django.db import migrations

from engagement.partitions import partition_by_month

AFTER = """
CREATE INDEX raw_waiting ON engagement_channels_rawevent (key) WHERE status = 'received';
CREATE INDEX raw_failed ON engagement_channels_rawevent (key) WHERE status = 'failed';
CREATE INDEX raw_recognized ON engagement_channels_rawevent (key) WHERE status IN ('robot', 'duplicate');
ALTER TABLE engagement_channels_rawevent
    ADD CONSTRAINT rawevent_channel FOREIGN KEY (channel_id) REFERENCES engagement_channels_channel (key)
        DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT rawevent_settled_by FOREIGN KEY (settled_by_id) REFERENCES village_user (key)
        DEFERRABLE INITIALLY DEFERRED;
"""
# One row for each (group, state) that a statement changed, however many messages it changed.
COUNTS = """
CREATE FUNCTION engagement_channels_count_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO engagement_channels_groupcount (group_id, state, delta)
    SELECT group_id, state, count(*) FROM added WHERE group_id IS NOT NULL GROUP BY group_id, state;
    RETURN NULL;
END $$;
CREATE FUNCTION engagement_channels_count_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO engagement_channels_groupcount (group_id, state, delta)
    SELECT group_id, state, sum(delta) FROM (
        SELECT group_id, state, 1 AS delta FROM added UNION ALL SELECT group_id, state, -1 FROM gone
    ) AS moved WHERE group_id IS NOT NULL GROUP BY group_id, state HAVING sum(delta) <> 0;
    RETURN NULL;
END $$;
CREATE FUNCTION engagement_channels_count_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO engagement_channels_groupcount (group_id, state, delta)
    SELECT group_id, state, -count(*) FROM gone WHERE group_id IS NOT NULL GROUP BY group_id, state;
    RETURN NULL;
END $$;
CREATE TRIGGER transmission_count_added AFTER INSERT ON engagement_channels_transmission
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION engagement_channels_count_added();
CREATE TRIGGER transmission_count_moved AFTER UPDATE ON engagement_channels_transmission
    REFERENCING NEW TABLE AS added OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION engagement_channels_count_moved();
CREATE TRIGGER transmission_count_gone AFTER DELETE ON engagement_channels_transmission
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION engagement_channels_count_gone();
"""
FORGET = """
DROP FUNCTION engagement_channels_count_added() CASCADE;
DROP FUNCTION engagement_channels_count_moved() CASCADE;
DROP FUNCTION engagement_channels_count_gone() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("engagement_channels", "0001_initial")]
    operations = [
        migrations.RunSQL(partition_by_month("engagement_channels_rawevent", after=AFTER), migrations.RunSQL.noop),
        migrations.RunSQL(COUNTS, FORGET),
    ]
