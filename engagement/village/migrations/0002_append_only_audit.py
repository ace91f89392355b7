"""Partition the audit trail by month and refuse every change to what stands in it."""

from django.db import migrations

from engagement.partitions import partition_by_month

INDEXES = """
CREATE INDEX audit_subject ON village_auditentry (subject_type, subject_id, key DESC);
CREATE INDEX audit_actor ON village_auditentry (actor_id, key DESC);
CREATE INDEX audit_action ON village_auditentry (action, key DESC);
"""

APPEND_ONLY = """
CREATE FUNCTION village_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON village_auditentry
    FOR EACH ROW EXECUTE FUNCTION village_audit_append_only();
CREATE TRIGGER audit_never_emptied BEFORE TRUNCATE ON village_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION village_audit_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("village", "0001_initial")]
    operations = [
        migrations.RunSQL(partition_by_month("village_auditentry", after=INDEXES), migrations.RunSQL.noop),
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION village_audit_append_only() CASCADE"),
    ]
