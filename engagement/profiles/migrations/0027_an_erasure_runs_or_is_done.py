"""An erasure is running from its first moment, and never fails for good."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0026_let_an_erasure_blank_words"),
    ]

    operations = [
        migrations.AlterField(
            model_name="erasure",
            name="state",
            field=models.CharField(
                choices=[("running", "is running"), ("done", "done")], default="running", max_length=8
            ),
        ),
    ]
