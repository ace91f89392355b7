"""Refuse TRUNCATE on each partition of the audit trail too: statement triggers are not copied to partitions."""

from django.db import migrations

from engagement.partitions import guard_as_parent


def guard(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = 'village_auditentry'::regclass"
        )
        for (partition,) in cursor.fetchall():
            cursor.execute(guard_as_parent("village_auditentry", partition))


class Migration(migrations.Migration):
    dependencies = [("village", "0004_remember_offered_permissions")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
