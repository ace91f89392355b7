"""Index the messages of a conversation by time, for the timeline of a person; without locking them."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("conversations", "0005_find_who_answered_by_index")]
    operations = [
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["conversation", "-created_at", "-key"],
                condition=~models.Q(kind="event"),
                include=["kind"],
                name="message_moments",
            ),
        )
    ]
