"""When somebody was asked about a deal that should have closed long ago, or whose owner has left."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("profiles", "0041_mark_undialable_numbers")]

    operations = [
        migrations.AddField(
            model_name="deal",
            name="asked_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
