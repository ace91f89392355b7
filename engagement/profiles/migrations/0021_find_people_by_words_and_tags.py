"""Index each word of a name and each tag, without locking the profiles: any of them finds the person."""

from django.db import migrations

DO = "CREATE INDEX CONCURRENTLY profile_found_by ON profiles_profile USING gin (profiles_found_by(name, tags::text[]))"
UNDO = "DROP INDEX CONCURRENTLY profile_found_by"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("profiles", "0020_words_of_names")]
    operations = [migrations.RunSQL(DO, UNDO)]
