"""Say of each import whether the way back is kept, whatever became of its file."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("profiles", "0028_keep_attributes_for_a_time")]
    operations = [
        migrations.AddField(
            "peopleimport", "way_back", models.BooleanField("can be undone", default=True, db_default=True)
        ),
    ]
