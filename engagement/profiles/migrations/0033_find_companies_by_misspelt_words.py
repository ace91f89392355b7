"""Index the words of companies' names and their slips, without locking the companies."""

from django.db import migrations

DO = "CREATE INDEX CONCURRENTLY company_slips ON profiles_company USING gin (profiles_slips_of(name))"
UNDO = "DROP INDEX CONCURRENTLY company_slips"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("profiles", "0032_write_down_known_words")]
    operations = [migrations.RunSQL(DO, UNDO)]
