"""Write down the words that names are made of, so that a misspelt one finds the person.

From here on triggers do it; the words of those who were there before are written down by 0032, slice by slice.
"""

from django.db import migrations, models

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
""".replace("SIGNS", SIGNS)
LEARN = """
CREATE FUNCTION profiles_learn_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO profiles_nameword (word)
    SELECT DISTINCT said FROM given, unnest(profiles_words(given.name)) AS said
    WHERE given.name <> '' AND length(said) BETWEEN 3 AND 40
      AND NOT EXISTS (SELECT FROM profiles_nameword known WHERE known.word = said);
    RETURN NULL;
END $$;
CREATE FUNCTION profiles_learn_new_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO profiles_nameword (word)
    SELECT DISTINCT said FROM unnest(profiles_words(NEW.name)) AS said
    WHERE length(said) BETWEEN 3 AND 40
      AND NOT EXISTS (SELECT FROM profiles_nameword known WHERE known.word = said);
    RETURN NULL;
END $$;
CREATE TRIGGER words_of_names_learnt AFTER INSERT ON profiles_profile
    REFERENCING NEW TABLE AS given FOR EACH STATEMENT EXECUTE FUNCTION profiles_learn_words();
CREATE TRIGGER words_of_new_names_learnt AFTER UPDATE OF name ON profiles_profile
    FOR EACH ROW WHEN (NEW.name <> '' AND NEW.name IS DISTINCT FROM OLD.name)
    EXECUTE FUNCTION profiles_learn_new_words();
CREATE INDEX nameword_word ON profiles_nameword (word text_pattern_ops);
CREATE INDEX nameword_slips ON profiles_nameword USING gin (profiles_slips(word));
CREATE INDEX nameword_parts ON profiles_nameword USING gin (word public.gin_trgm_ops);
"""
FORGET = "DROP FUNCTION profiles_learn_words() CASCADE; DROP FUNCTION profiles_learn_new_words() CASCADE"


class Migration(migrations.Migration):
    dependencies = [("profiles", "0019_let_an_undone_import_take_its_consents")]
    operations = [
        migrations.CreateModel(
            name="NameWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=40)),
            ],
            options={
                "verbose_name": "word of names",
                "verbose_name_plural": "words of names",
                "ordering": ["word", "id"],
                "default_permissions": (),
            },
        ),
        migrations.RunSQL(
            WORDS,
            "DROP FUNCTION profiles_found_by(text, text[]) CASCADE; DROP FUNCTION profiles_words(text) CASCADE;"
            "DROP FUNCTION profiles_slips(text) CASCADE",
        ),
        migrations.RunSQL(LEARN, FORGET),
    ]
