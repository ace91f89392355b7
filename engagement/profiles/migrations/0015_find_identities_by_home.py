"""Index the identities that a merge moved, without locking the table."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("profiles", "0014_put_profiles_together")]
    operations = [
        AddIndexConcurrently(
            "identity", models.Index(fields=["home"], name="identity_home", condition=Q(home__isnull=False))
        )
    ]
