"""A revision of a value case is never changed: a correction is a new one."""

from django.db import migrations

# A running erasure, and nothing else, cuts addresses out of its words; the figures stay.
APPEND_ONLY = """
CREATE FUNCTION operations_value_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER value_append_only BEFORE UPDATE OR DELETE ON operations_valueentry
    FOR EACH ROW EXECUTE FUNCTION operations_value_append_only();
CREATE TRIGGER value_never_emptied BEFORE TRUNCATE ON operations_valueentry
    FOR EACH STATEMENT EXECUTE FUNCTION operations_value_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("operations", "0001_initial"), ("profiles", "0002_guard_what_may_not_change")]
    operations = [migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION operations_value_append_only() CASCADE")]
