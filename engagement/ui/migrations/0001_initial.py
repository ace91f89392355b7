import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("village", "0003_make_roles_and_departments"),
    ]

    operations = [
        migrations.CreateModel(
            name="ShortcutKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shortcut_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("key", models.CharField(max_length=20)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "name"), name="one_key_per_shortcut"),
                    models.UniqueConstraint(fields=("user", "key"), name="one_shortcut_per_key"),
                ],
            },
        ),
    ]
