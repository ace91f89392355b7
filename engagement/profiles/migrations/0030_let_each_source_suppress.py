"""A suppression is open once for each source: what one takes back leaves the others alone. Made without locking."""

from django.db import migrations, models
from django.db.models import Q

_MAKE = """
CREATE UNIQUE INDEX CONCURRENTLY suppression_open_once_of_a_source
ON profiles_suppression (kind, address_hash, purpose, source) WHERE ends_at IS NULL
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("profiles", "0029_say_whether_an_import_can_be_undone")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(_MAKE, "DROP INDEX CONCURRENTLY IF EXISTS suppression_open_once_of_a_source")
            ],
            state_operations=[
                migrations.AddConstraint(
                    "suppression",
                    models.UniqueConstraint(
                        fields=["kind", "address_hash", "purpose", "source"],
                        condition=Q(ends_at=None),
                        name="suppression_open_once_of_a_source",
                    ),
                )
            ],
        ),
        migrations.RemoveConstraint("suppression", "suppression_open_once"),
    ]
