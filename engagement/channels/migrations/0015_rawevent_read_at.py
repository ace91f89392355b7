"""When each delivery stopped waiting for a worker, so that the time of reading can be measured."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("engagement_channels", "0014_keep_duplicates_facts_and_soft_bounces")]
    operations = [
        migrations.AddField(
            model_name="rawevent",
            name="read_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
