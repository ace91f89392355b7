"""An index for the foreign key by which one address replaces another: whoever deletes addresses had to read them all."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("profiles", "0037_read_large_block_lists_in_the_background")]
    operations = [
        AddIndexConcurrently(
            "identity",
            models.Index(fields=["replaces"], name="identity_replaces", condition=Q(replaces__isnull=False)),
        ),
    ]
