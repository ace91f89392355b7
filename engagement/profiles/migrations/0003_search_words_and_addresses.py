"""Find people and companies by words, parts, beginnings and ends, case and accents ignored, and misspelt words too.

Triggers write down the words that names and tags are made of, so that a misspelt one finds the person.
"""

import re

from django.db import migrations

# Signs part words; letters of every script stay as they are, whatever the database's locale knows of them.
SIGNS = "-'.,;:\"()[]{}/\\&+*=_|<>@!?#~`´’‘“”–—·\t\n\r\u00a0"
WORDS = """
CREATE FUNCTION profiles_words(said text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT array_remove(string_to_array(
        translate(public.profiles_plain(said), $signs$SIGNS$signs$, repeat(' ', 100)), ' '
    ), '')
$$;
-- So dear that the planner never takes a look at row after row for cheaper than one into the index.
CREATE FUNCTION profiles_found_by(name text, tags text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
    SELECT public.profiles_words(coalesce(name, ''))
        || ARRAY(SELECT '#' || public.profiles_plain(tag) FROM unnest(tags) AS tag)
$$;
CREATE FUNCTION profiles_slips(word text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT array_append(array_agg(DISTINCT left(word, n - 1) || substr(word, n + 1)), word)
    FROM generate_series(1, length(word)) AS n
$$;
CREATE FUNCTION profiles_words_to_learn(name text, tags text[]) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT said FROM unnest(public.profiles_words(coalesce(name, ''))) AS said WHERE length(said) BETWEEN 3 AND 40
    UNION
    SELECT '#' || public.profiles_plain(tag) FROM unnest(tags) AS tag WHERE length(tag) BETWEEN 3 AND 36
        AND length(public.profiles_plain(tag)) <= 39
$$;
CREATE FUNCTION profiles_slips_of(name text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT array_agg(DISTINCT slip)
    FROM unnest(public.profiles_words(name)) AS word, unnest(public.profiles_slips(word)) AS slip
$$;
""".replace("SIGNS", SIGNS)
LEARN = """
CREATE FUNCTION profiles_learn_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO profiles_nameword (word)
    SELECT DISTINCT said FROM given, profiles_words_to_learn(given.name, given.tags::text[]) AS said
    WHERE NOT EXISTS (SELECT FROM profiles_nameword known WHERE known.word = said);
    RETURN NULL;
END $$;
CREATE FUNCTION profiles_learn_new_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO profiles_nameword (word)
    SELECT DISTINCT said FROM profiles_words_to_learn(NEW.name, NEW.tags::text[]) AS said
    WHERE NOT EXISTS (SELECT FROM profiles_nameword known WHERE known.word = said);
    RETURN NULL;
END $$;
CREATE TRIGGER words_of_names_learnt AFTER INSERT ON profiles_profile
    REFERENCING NEW TABLE AS given FOR EACH STATEMENT EXECUTE FUNCTION profiles_learn_words();
CREATE TRIGGER words_of_new_names_learnt AFTER UPDATE OF name ON profiles_profile
    FOR EACH ROW WHEN (NEW.name <> '' AND NEW.name IS DISTINCT FROM OLD.name)
    EXECUTE FUNCTION profiles_learn_new_words();
CREATE TRIGGER words_of_new_tags_learnt AFTER UPDATE OF tags ON profiles_profile
    FOR EACH ROW WHEN (NEW.tags IS DISTINCT FROM OLD.tags)
    EXECUTE FUNCTION profiles_learn_new_words();
CREATE INDEX nameword_word ON profiles_nameword (word text_pattern_ops);
CREATE INDEX nameword_slips ON profiles_nameword USING gin (profiles_slips(word));
CREATE INDEX nameword_parts ON profiles_nameword USING gin (word public.gin_trgm_ops);
"""
INDEXES = """
CREATE INDEX profile_name_plain ON profiles_profile USING gin (profiles_plain(name) public.gin_trgm_ops);
CREATE INDEX identity_address_plain ON profiles_identity USING gin (profiles_plain(address_norm) public.gin_trgm_ops);
CREATE INDEX profile_found_by ON profiles_profile USING gin (profiles_found_by(name, tags::text[]));
CREATE INDEX profile_name_begins ON profiles_profile (profiles_plain(name) text_pattern_ops);
CREATE INDEX identity_address_begins ON profiles_identity (address_norm text_pattern_ops);
CREATE INDEX identity_address_ends ON profiles_identity (reverse(address_norm) text_pattern_ops);
CREATE INDEX company_name_parts ON profiles_company USING gin (profiles_plain(name) public.gin_trgm_ops);
CREATE INDEX company_slips ON profiles_company USING gin (profiles_slips_of(name));
"""


class Migration(migrations.Migration):
    dependencies = [("profiles", "0002_guard_what_may_not_change")]
    operations = [
        migrations.RunSQL(
            WORDS,
            "DROP FUNCTION profiles_words_to_learn(text, text[]); DROP FUNCTION profiles_slips_of(text);"
            "DROP FUNCTION profiles_found_by(text, text[]); DROP FUNCTION profiles_words(text);"
            "DROP FUNCTION profiles_slips(text)",
        ),
        migrations.RunSQL(
            LEARN,
            "DROP FUNCTION profiles_learn_words() CASCADE; DROP FUNCTION profiles_learn_new_words() CASCADE;"
            "DROP INDEX nameword_word; DROP INDEX nameword_slips; DROP INDEX nameword_parts",
        ),
        migrations.RunSQL(INDEXES, "DROP INDEX " + ", ".join(re.findall(r"CREATE INDEX (\w+)", INDEXES))),
    ]
