"""Say of each file whether it is of people or of companies."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("profiles", "0038_find_what_replaced_an_address")]
    operations = [
        migrations.AddField(
            "peopleimport",
            "kind",
            models.CharField(
                "of",
                max_length=10,
                choices=[("people", "people"), ("companies", "companies")],
                default="people",
                db_default="people",
            ),
        ),
    ]
