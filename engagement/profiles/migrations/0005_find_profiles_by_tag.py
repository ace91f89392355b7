"""Index the tags of profiles, without locking them."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("profiles", "0004_consent_only_grows")]
    operations = [AddIndexConcurrently("profile", GinIndex(fields=["tags"], name="profile_tags"))]
