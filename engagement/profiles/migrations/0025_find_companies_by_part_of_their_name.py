"""Index the parts of companies' names, without locking them."""

from django.db import migrations

DO = "CREATE INDEX CONCURRENTLY company_name_parts ON profiles_company USING gin (profiles_plain(name) public.gin_trgm_ops)"
UNDO = "DROP INDEX CONCURRENTLY company_name_parts"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("profiles", "0024_find_addresses_by_how_they_end")]
    operations = [migrations.RunSQL(DO, UNDO)]
