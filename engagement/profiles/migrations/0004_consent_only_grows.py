"""Refuse every change to the ledger of consents, and check what earlier profiles say of their lifecycle."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION profiles_consent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger of consents is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER consent_append_only BEFORE UPDATE OR DELETE ON profiles_consent
    FOR EACH ROW EXECUTE FUNCTION profiles_consent_append_only();
CREATE TRIGGER consent_never_emptied BEFORE TRUNCATE ON profiles_consent
    FOR EACH STATEMENT EXECUTE FUNCTION profiles_consent_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("profiles", "0003_known_facts_consents_suppressions_and_deals")]
    operations = [
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION profiles_consent_append_only() CASCADE"),
        ValidateConstraint("profile", "profile_lifecycle_known"),
    ]
