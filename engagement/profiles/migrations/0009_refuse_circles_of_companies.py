"""Refuse a company that would stand above itself, however many change the tree at once."""

from django.db import migrations

# Whoever changes what belongs to what takes one lock, and looks at the tree as it is once the others have committed.
CIRCLES = """
CREATE FUNCTION profiles_lock_company_trees() RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(7305, 1)
$$;
CREATE FUNCTION profiles_refuse_circles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM profiles_lock_company_trees();
    IF EXISTS (
        WITH RECURSIVE above (key, parent_id) AS (
            SELECT key, parent_id FROM profiles_company WHERE key = NEW.parent_id
            UNION
            SELECT up.key, up.parent_id FROM profiles_company up JOIN above ON up.key = above.parent_id
        )
        SELECT FROM above WHERE key = NEW.key
    ) THEN
        RAISE EXCEPTION 'company % would stand above itself', NEW.key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'company_stands_in_no_circle';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER company_stands_in_no_circle AFTER INSERT OR UPDATE OF parent_id ON profiles_company
    FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION profiles_refuse_circles();
"""
UNDO = "DROP FUNCTION profiles_refuse_circles() CASCADE; DROP FUNCTION profiles_lock_company_trees()"


class Migration(migrations.Migration):
    dependencies = [("profiles", "0008_companies_employments_and_relations")]
    operations = [migrations.RunSQL(CIRCLES, UNDO)]
