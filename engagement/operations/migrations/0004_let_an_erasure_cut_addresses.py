"""Let a running erasure, and nothing else, cut addresses out of the words of value cases; their figures stay."""

from django.db import migrations

CUT = """
CREATE OR REPLACE FUNCTION operations_value_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND profiles_is_erasing() THEN
        IF profiles_only_cut(OLD.name, NEW.name) AND profiles_only_cut(OLD.baseline, NEW.baseline)
            AND profiles_only_cut(OLD.formula, NEW.formula)
            AND (to_jsonb(OLD) - '{name,baseline,formula}'::text[])
                = (to_jsonb(NEW) - '{name,baseline,formula}'::text[])
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a value case is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""
BACK = """
CREATE OR REPLACE FUNCTION operations_value_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a value case is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("operations", "0003_never_change_a_value_case"),
        ("profiles", "0034_let_an_erasure_cut_addresses"),
    ]
    operations = [migrations.RunSQL(CUT, BACK)]
