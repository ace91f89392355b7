"""Let a running erasure, and nothing else, blank words in the audit trail and in the ledger of consents."""

from django.db import migrations

# What may change of a JSON object: each value stays or becomes "[erased]"; none comes, none goes.
FUNCTIONS = """
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
CREATE OR REPLACE FUNCTION profiles_consent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE OR REPLACE FUNCTION village_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""
BACK = """
CREATE OR REPLACE FUNCTION profiles_consent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger of consents is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE OR REPLACE FUNCTION village_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
DROP FUNCTION profiles_is_erasing();
DROP FUNCTION profiles_only_blanked(jsonb, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0025_find_companies_by_part_of_their_name"),
        ("village", "0006_keep_addresses_in_small_letters"),
    ]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
