"""One leader of an alias, one preferred address of a kind, and closed addresses found again; without locking."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


def _unique(
    name: str, columns: str, condition: str, constraint: models.UniqueConstraint
) -> migrations.operations.base.Operation:
    make = f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON profiles_identity ({columns}) WHERE {condition}"
    return migrations.SeparateDatabaseAndState(
        database_operations=[migrations.RunSQL(make, f"DROP INDEX CONCURRENTLY IF EXISTS {name}")],
        state_operations=[migrations.AddConstraint("identity", constraint)],
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("profiles", "0017_spell_aliases_of_known_addresses")]
    operations = [
        _unique(
            "identity_alias_led_once",
            "alias",
            "leads AND valid_to IS NULL",
            models.UniqueConstraint(
                fields=["alias"], condition=Q(valid_to=None, leads=True), name="identity_alias_led_once"
            ),
        ),
        _unique(
            "identity_preferred_once",
            "profile_id, kind",
            "preferred AND valid_to IS NULL",
            models.UniqueConstraint(
                fields=["profile", "kind"], condition=Q(valid_to=None, preferred=True), name="identity_preferred_once"
            ),
        ),
        AddIndexConcurrently(
            "identity",
            models.Index(fields=["address_norm"], condition=Q(valid_to__isnull=False), name="identity_closed"),
        ),
        AddIndexConcurrently(
            "identity",
            models.Index(
                fields=["alias"], condition=Q(valid_to__isnull=False) & ~Q(alias=""), name="identity_closed_alias"
            ),
        ),
    ]
