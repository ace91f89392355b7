"""Index addresses by how they end, without locking them: the last digits of a number, a domain."""

from django.db import migrations

DO = "CREATE INDEX CONCURRENTLY identity_address_ends ON profiles_identity (reverse(address_norm) text_pattern_ops)"
UNDO = "DROP INDEX CONCURRENTLY identity_address_ends"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("profiles", "0023_find_addresses_by_how_they_begin")]
    operations = [migrations.RunSQL(DO, UNDO)]
