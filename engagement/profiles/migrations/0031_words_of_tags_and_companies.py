"""Learn the words of tags beside those of names, and tell how a company's words may be misspelt."""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION profiles_words_to_learn(name text, tags text[]) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT said FROM unnest(public.profiles_words(coalesce(name, ''))) AS said WHERE length(said) BETWEEN 3 AND 40
    UNION
    SELECT '#' || public.profiles_plain(tag) FROM unnest(tags) AS tag WHERE length(tag) BETWEEN 3 AND 36
        AND length(public.profiles_plain(tag)) <= 39
$$;
CREATE OR REPLACE FUNCTION profiles_learn_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO profiles_nameword (word)
    SELECT DISTINCT said FROM given, profiles_words_to_learn(given.name, given.tags::text[]) AS said
    WHERE NOT EXISTS (SELECT FROM profiles_nameword known WHERE known.word = said);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION profiles_learn_new_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO profiles_nameword (word)
    SELECT DISTINCT said FROM profiles_words_to_learn(NEW.name, NEW.tags::text[]) AS said
    WHERE NOT EXISTS (SELECT FROM profiles_nameword known WHERE known.word = said);
    RETURN NULL;
END $$;
CREATE TRIGGER words_of_new_tags_learnt AFTER UPDATE OF tags ON profiles_profile
    FOR EACH ROW WHEN (NEW.tags IS DISTINCT FROM OLD.tags)
    EXECUTE FUNCTION profiles_learn_new_words();
CREATE FUNCTION profiles_slips_of(name text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT array_agg(DISTINCT slip)
    FROM unnest(public.profiles_words(name)) AS word, unnest(public.profiles_slips(word)) AS slip
$$;
"""
BACK = """
DROP TRIGGER words_of_new_tags_learnt ON profiles_profile;
DROP FUNCTION profiles_slips_of(text) CASCADE;
CREATE OR REPLACE FUNCTION profiles_learn_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO profiles_nameword (word)
    SELECT DISTINCT said FROM given, unnest(profiles_words(given.name)) AS said
    WHERE given.name <> '' AND length(said) BETWEEN 3 AND 40
      AND NOT EXISTS (SELECT FROM profiles_nameword known WHERE known.word = said);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION profiles_learn_new_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO profiles_nameword (word)
    SELECT DISTINCT said FROM unnest(profiles_words(NEW.name)) AS said
    WHERE length(said) BETWEEN 3 AND 40
      AND NOT EXISTS (SELECT FROM profiles_nameword known WHERE known.word = said);
    RETURN NULL;
END $$;
DROP FUNCTION profiles_words_to_learn(text, text[]);
"""


class Migration(migrations.Migration):
    dependencies = [("profiles", "0030_let_each_source_suppress")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
