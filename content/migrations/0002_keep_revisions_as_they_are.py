"""Refuse every change to what was saved: a revision and its variants are what was decided about and what was sent."""

from django.db import migrations

GUARD = """
CREATE FUNCTION content_revision_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a saved revision stays as it is: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER revision_stays BEFORE UPDATE OR DELETE ON content_revision
    FOR EACH ROW EXECUTE FUNCTION content_revision_stays();
CREATE TRIGGER variant_stays BEFORE UPDATE OR DELETE ON content_variant
    FOR EACH ROW EXECUTE FUNCTION content_revision_stays();

-- Words that are added to a revision later would be words that nobody has approved. So a revision is written after
-- its variants (the foreign key is checked at the commit), and closes them.
CREATE FUNCTION content_variant_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM content_revision WHERE key = NEW.revision_id) THEN
        RAISE EXCEPTION 'a saved revision stays as it is: no language is added to it'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER variant_in_time BEFORE INSERT ON content_variant
    FOR EACH ROW EXECUTE FUNCTION content_variant_in_time();
"""


class Migration(migrations.Migration):
    dependencies = [("content", "0001_initial")]
    operations = [
        migrations.RunSQL(
            GUARD,
            "DROP FUNCTION content_revision_stays() CASCADE; DROP FUNCTION content_variant_in_time() CASCADE",
        )
    ]
