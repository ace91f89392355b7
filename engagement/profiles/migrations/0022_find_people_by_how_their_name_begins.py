"""Index names by how they begin, without locking the profiles."""

from django.db import migrations

DO = "CREATE INDEX CONCURRENTLY profile_name_begins ON profiles_profile (profiles_plain(name) text_pattern_ops)"
UNDO = "DROP INDEX CONCURRENTLY profile_name_begins"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("profiles", "0021_find_people_by_words_and_tags")]
    operations = [migrations.RunSQL(DO, UNDO)]
