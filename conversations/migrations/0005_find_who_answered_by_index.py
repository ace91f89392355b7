"""Who dealt with a person is read from this index alone, however long their threads are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0004_mark_robots_and_find_faster")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("kind", "reply")),
                fields=["conversation"],
                include=("author", "department", "created_at"),
                name="message_answers",
            ),
        ),
    ]
