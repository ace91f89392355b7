from django.conf import settings
from django.db import migrations, models

import engagement.keys


class Migration(migrations.Migration):
    dependencies = [
        ("collaboration", "0004_keep_decisions_as_they_were"),
        ("profiles", "0005_find_profiles_by_tag"),
        ("village", "0006_keep_addresses_in_small_letters"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "key",
                    models.UUIDField(
                        default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("text", models.TextField(verbose_name="note")),
                ("client_key", models.CharField(blank=True, max_length=100, null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=models.deletion.PROTECT,
                        related_name="+",
                        to="village.department",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        db_index=False, on_delete=models.deletion.PROTECT, related_name="+", to="profiles.profile"
                    ),
                ),
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "notes",
                "ordering": ["-key"],
                "default_permissions": ("view", "add"),
            },
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["profile", "-created_at", "-key"], name="person_note_profile"),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.UniqueConstraint(fields=("author", "client_key"), name="person_note_submitted_once"),
        ),
    ]
