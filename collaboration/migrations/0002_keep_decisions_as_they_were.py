"""Let the database itself refuse a changed decision, and one by whoever asked for it."""

from django.db import migrations

# Both columns together must stand in the request, so that a decision cannot name another requester than its request.
SAME_REQUESTER = """
ALTER TABLE collaboration_approvaldecision ADD CONSTRAINT decision_of_the_same_requester
    FOREIGN KEY (request_id, requester_id) REFERENCES collaboration_approvalrequest (key, requester_id)
    DEFERRABLE INITIALLY DEFERRED
"""
# A running erasure, and nothing else, cuts addresses out of what reviewers said.
APPEND_ONLY = """
CREATE FUNCTION collaboration_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND profiles_is_erasing() THEN
        IF profiles_only_cut(OLD.reason, NEW.reason) AND (to_jsonb(OLD) - 'reason') = (to_jsonb(NEW) - 'reason') THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER decision_append_only BEFORE UPDATE OR DELETE ON collaboration_approvaldecision
    FOR EACH ROW EXECUTE FUNCTION collaboration_append_only();
CREATE TRIGGER waiver_append_only BEFORE UPDATE OR DELETE ON collaboration_approvalwaiver
    FOR EACH ROW EXECUTE FUNCTION collaboration_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("collaboration", "0001_initial"), ("profiles", "0002_guard_what_may_not_change")]
    operations = [
        migrations.RunSQL(
            SAME_REQUESTER,
            "ALTER TABLE collaboration_approvaldecision DROP CONSTRAINT decision_of_the_same_requester",
        ),
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION collaboration_append_only() CASCADE"),
    ]
