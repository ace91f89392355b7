"""A revision of a value case is never changed: a correction is a new one."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION operations_value_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a value case is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER value_append_only BEFORE UPDATE OR DELETE ON operations_valueentry
    FOR EACH ROW EXECUTE FUNCTION operations_value_append_only();
CREATE TRIGGER value_never_emptied BEFORE TRUNCATE ON operations_valueentry
    FOR EACH STATEMENT EXECUTE FUNCTION operations_value_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("operations", "0002_keep_value_cases")]
    operations = [migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION operations_value_append_only() CASCADE")]
