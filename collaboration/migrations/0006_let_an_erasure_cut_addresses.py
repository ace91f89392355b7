"""Let a running erasure, and nothing else, cut addresses out of what reviewers said."""

from django.db import migrations

CUT = """
CREATE OR REPLACE FUNCTION collaboration_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND profiles_is_erasing() THEN
        IF profiles_only_cut(OLD.reason, NEW.reason) AND (to_jsonb(OLD) - 'reason') = (to_jsonb(NEW) - 'reason') THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""
BACK = """
CREATE OR REPLACE FUNCTION collaboration_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("collaboration", "0005_notes_about_a_person"),
        ("profiles", "0034_let_an_erasure_cut_addresses"),
    ]
    operations = [migrations.RunSQL(CUT, BACK)]
