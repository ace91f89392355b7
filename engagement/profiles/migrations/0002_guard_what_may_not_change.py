"""Let the database itself refuse what no way of writing may do: a changed consent, a circle of companies.

A running erasure, and nothing else, may blank words in the ledger of consents and cut addresses out of texts; an import
that is being undone may take along the consents of people whom it made.
"""

from django.db import migrations

# What may change of a JSON object: each value stays or becomes "[erased]"; none comes, none goes. A text stays what it
# was but for parts that became "[erased]"; one of 200 letters or more may have lost its end to the length of its column.
ERASING = r"""
CREATE FUNCTION profiles_only_blanked(before jsonb, after jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_typeof(before) = 'object' AND jsonb_typeof(after) = 'object' AND NOT EXISTS (
        SELECT FROM jsonb_each(before) was FULL JOIN jsonb_each(after) new ON new.key = was.key
        WHERE was.key IS NULL OR new.key IS NULL
        OR (new.value <> was.value AND new.value <> '"[erased]"'::jsonb)
    )
$$;
CREATE FUNCTION profiles_is_erasing() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM profiles_erasure
        WHERE key::text = current_setting('vilarejo.erasure', true) AND state = 'running'
    )
$$;
CREATE FUNCTION profiles_only_cut(before text, after text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT after = before OR before LIKE
        replace(replace(replace(replace(after, '\', '\\'), '%', '\%'), '_', '\_'), '[erased]', '%')
        || CASE WHEN length(after) >= 200 THEN '%' ELSE '' END
$$;
"""

CONSENTS = """
CREATE FUNCTION profiles_consent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND profiles_is_erasing() THEN
        IF profiles_only_blanked(OLD.evidence, NEW.evidence)
            AND (to_jsonb(OLD) - 'evidence') = (to_jsonb(NEW) - 'evidence')
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the ledger of consents is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER consent_append_only BEFORE UPDATE ON profiles_consent
    FOR EACH ROW EXECUTE FUNCTION profiles_consent_append_only();
CREATE TRIGGER consent_never_emptied BEFORE TRUNCATE ON profiles_consent
    FOR EACH STATEMENT EXECUTE FUNCTION profiles_consent_append_only();
CREATE FUNCTION profiles_consent_goes_with_its_import() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.source = 'import' AND OLD.evidence ->> 'import' = current_setting('vilarejo.undoing_import', true)
        AND EXISTS (SELECT FROM profiles_peopleimport WHERE key::text = OLD.evidence ->> 'import' AND status = 'undoing')
    THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the ledger of consents is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER consent_goes_with_its_import BEFORE DELETE ON profiles_consent
    FOR EACH ROW EXECUTE FUNCTION profiles_consent_goes_with_its_import();
"""

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


class Migration(migrations.Migration):
    dependencies = [("profiles", "0001_initial")]
    operations = [
        migrations.RunSQL(
            ERASING,
            "DROP FUNCTION profiles_is_erasing(); DROP FUNCTION profiles_only_blanked(jsonb, jsonb);"
            "DROP FUNCTION profiles_only_cut(text, text)",
        ),
        migrations.RunSQL(
            CONSENTS,
            "DROP FUNCTION profiles_consent_append_only() CASCADE;"
            "DROP FUNCTION profiles_consent_goes_with_its_import() CASCADE",
        ),
        migrations.RunSQL(
            CIRCLES, "DROP FUNCTION profiles_refuse_circles() CASCADE; DROP FUNCTION profiles_lock_company_trees()"
        ),
    ]
