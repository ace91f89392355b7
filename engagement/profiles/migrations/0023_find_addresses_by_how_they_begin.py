"""Index addresses by how they begin, without locking them."""

from django.db import migrations

DO = "CREATE INDEX CONCURRENTLY identity_address_begins ON profiles_identity (address_norm text_pattern_ops)"
UNDO = "DROP INDEX CONCURRENTLY identity_address_begins"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("profiles", "0022_find_people_by_how_their_name_begins")]
    operations = [migrations.RunSQL(DO, UNDO)]
