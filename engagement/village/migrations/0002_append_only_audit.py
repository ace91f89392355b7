"""Partition the audit trail by month, refuse every change to what stands in it, and give names an order.

A running erasure, and nothing else, may blank words of it: ``profiles_is_erasing`` comes with the profiles, and is asked
only when somebody changes an entry.
"""

from django.db import migrations

from engagement.partitions import guard_as_parent, partition_by_month

INDEXES = """
CREATE INDEX audit_subject ON village_auditentry (subject_type, subject_id, key DESC);
CREATE INDEX audit_actor ON village_auditentry (actor_id, key DESC);
CREATE INDEX audit_action ON village_auditentry (action, key DESC);
"""

APPEND_ONLY = """
CREATE FUNCTION village_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND profiles_is_erasing() THEN
        IF profiles_only_blanked(OLD.detail, NEW.detail)
            AND NEW.subject_name IN (OLD.subject_name, '') AND NEW.actor_name IN (OLD.actor_name, '')
            AND (NEW.ip_address IS NULL OR NEW.ip_address = OLD.ip_address)
            AND (to_jsonb(OLD) - '{detail,subject_name,actor_name,ip_address}'::text[])
                = (to_jsonb(NEW) - '{detail,subject_name,actor_name,ip_address}'::text[])
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON village_auditentry
    FOR EACH ROW EXECUTE FUNCTION village_audit_append_only();
CREATE TRIGGER audit_never_emptied BEFORE TRUNCATE ON village_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION village_audit_append_only();
"""

# Case and accents do not count, also in a database with the C collation. unaccent() is only STABLE because its
# dictionary could change; ours does not, and an index needs IMMUTABLE.
SORT_KEY = """
CREATE FUNCTION engagement_sort_key(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT lower(public.unaccent('public.unaccent'::regdictionary, normalize(said, NFC)))
$$;
"""


class Migration(migrations.Migration):
    # What others bring comes first: the fewer models there are, the sooner it is done.
    dependencies = [
        ("village", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("axes", "0010_accessattemptexpiration"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        ("guardian", "0003_remove_groupobjectpermission_guardian_gr_content_ae6aec_idx_and_more"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("sessions", "0001_initial"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
        ("usersessions", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(partition_by_month("village_auditentry", after=INDEXES), migrations.RunSQL.noop),
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION village_audit_append_only() CASCADE"),
        migrations.RunSQL(guard_as_parent("village_auditentry", "village_auditentry_default"), migrations.RunSQL.noop),
        migrations.RunSQL(SORT_KEY, "DROP FUNCTION engagement_sort_key(text)"),
    ]
