"""Let an import that is being undone take along the consents of people whom it made, and nothing else delete one."""

from django.db import migrations, models

TRIGGERS = """
CREATE FUNCTION profiles_consent_goes_with_its_import() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.source = 'import' AND OLD.evidence ->> 'import' = current_setting('vilarejo.undoing_import', true)
        AND EXISTS (SELECT FROM profiles_peopleimport WHERE key::text = OLD.evidence ->> 'import' AND status = 'undoing')
    THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the ledger of consents is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER consent_append_only ON profiles_consent;
CREATE TRIGGER consent_append_only BEFORE UPDATE ON profiles_consent
    FOR EACH ROW EXECUTE FUNCTION profiles_consent_append_only();
CREATE TRIGGER consent_goes_with_its_import BEFORE DELETE ON profiles_consent
    FOR EACH ROW EXECUTE FUNCTION profiles_consent_goes_with_its_import();
"""
BACK = """
DROP FUNCTION profiles_consent_goes_with_its_import() CASCADE;
DROP TRIGGER consent_append_only ON profiles_consent;
CREATE TRIGGER consent_append_only BEFORE UPDATE OR DELETE ON profiles_consent
    FOR EACH ROW EXECUTE FUNCTION profiles_consent_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("profiles", "0018_index_aliases_and_closed_addresses")]
    operations = [
        migrations.AddField(
            "peopleimport", "read_bytes", models.PositiveBigIntegerField("bytes read", default=0, db_default=0)
        ),
        migrations.AddField("peopleimport", "read_line", models.PositiveIntegerField(default=0, db_default=0)),
        migrations.RunSQL(TRIGGERS, BACK),
    ]
