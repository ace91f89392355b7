"""Remember which message of ours a conversation answers, and which kinds of channel have one conversation at a time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0006_read_moments_by_index")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="answers",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="conversation",
            name="single",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
