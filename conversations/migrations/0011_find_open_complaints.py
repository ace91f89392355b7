"""The few open complaints, which the policy asks for each time; made without locking the conversations."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("conversations", "0010_mark_complaints")]
    operations = [
        AddIndexConcurrently(
            "conversation",
            models.Index(
                fields=["profile"],
                name="conv_complaints",
                condition=models.Q(complaint_since__isnull=False) & ~models.Q(status="resolved"),
            ),
        )
    ]
