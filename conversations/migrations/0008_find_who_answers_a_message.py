"""Index the conversations that answer a message of ours; without locking them."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("conversations", "0007_remember_what_is_answered")]
    operations = [
        AddIndexConcurrently(
            "conversation",
            models.Index(condition=models.Q(("answers__isnull", False)), fields=["answers"], name="conv_answers"),
        )
    ]
