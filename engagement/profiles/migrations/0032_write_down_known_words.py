"""Write down the words of the names and tags that were there before the triggers, some thousand people at a time.

Each slice is committed by itself, and what is written is not written again: stopped at any time, it goes on. Nobody
waits for it, since the triggers of 0020 and 0031 already learn what comes in meanwhile.
"""

from django.db import migrations

BATCH = 5000
_SLICE = """
WITH slice AS MATERIALIZED (
    SELECT key, name, tags FROM profiles_profile WHERE key > %(after)s ORDER BY key LIMIT %(most)s
), said AS (
    SELECT DISTINCT word FROM slice, profiles_words_to_learn(slice.name, slice.tags::text[]) AS word
), learnt AS (
    INSERT INTO profiles_nameword (word)
    SELECT word FROM said WHERE NOT EXISTS (SELECT FROM profiles_nameword known WHERE known.word = said.word)
)
SELECT key FROM slice ORDER BY key DESC LIMIT 1
"""


def write_down(apps, schema_editor):
    """Walk over everybody by key; each statement commits."""
    after = "00000000-0000-0000-0000-000000000000"
    with schema_editor.connection.cursor() as cursor:
        while after is not None:
            cursor.execute(_SLICE, {"after": after, "most": BATCH})
            row = cursor.fetchone()
            after = row[0] if row else None


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("profiles", "0031_words_of_tags_and_companies")]
    operations = [migrations.RunPython(write_down, migrations.RunPython.noop)]
