"""Index whose customer somebody is, without locking the profiles."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("profiles", "0010_deals_find_their_companies")]
    operations = [
        AddIndexConcurrently(
            "profile",
            models.Index(fields=["owner", "-key"], name="profile_owner", condition=Q(owner__isnull=False)),
        )
    ]
