"""Files of people that are brought in: what they are, their rows, what they did."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import engagement.keys
import engagement.profiles.models.people_import


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0012_find_deals_by_company"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PeopleImport",
            fields=[
                (
                    "key",
                    models.UUIDField(
                        default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "file",
                    models.FileField(
                        blank=True, max_length=200, upload_to=engagement.profiles.models.people_import.import_path
                    ),
                ),
                ("filename", models.CharField(max_length=255, verbose_name="file name")),
                ("size", models.PositiveBigIntegerField(verbose_name="bytes")),
                ("sheet", models.CharField(blank=True, default="", max_length=100, verbose_name="sheet")),
                ("dialect", models.JSONField(default=dict, verbose_name="how it is read")),
                ("headers", models.JSONField(default=list, verbose_name="headers")),
                ("fingerprint", models.CharField(max_length=64)),
                ("mapping", models.JSONField(default=dict, verbose_name="what the columns mean")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("uploaded", "waits for its columns"),
                            ("reading", "is being read"),
                            ("checking", "is being tried"),
                            ("checked", "tried, waits for you"),
                            ("running", "comes in"),
                            ("done", "is in"),
                            ("stopped", "stopped on its way"),
                            ("undoing", "is being undone"),
                            ("undone", "undone"),
                            ("failed", "failed"),
                        ],
                        default="uploaded",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("failure", models.CharField(blank=True, default="", max_length=200, verbose_name="why it failed")),
                ("read_rows", models.PositiveIntegerField(default=0, verbose_name="rows read")),
                ("is_read", models.BooleanField(default=False)),
                ("tried", models.JSONField(default=dict, verbose_name="tried")),
                ("done", models.JSONField(default=dict, verbose_name="brought in")),
                ("undone", models.JSONField(default=dict, verbose_name="undone")),
                ("created_at", models.DateTimeField(verbose_name="uploaded")),
                ("begun_at", models.DateTimeField(blank=True, null=True, verbose_name="begun")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                ("kept_until", models.DateTimeField(verbose_name="file and way back kept until")),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "import of people",
                "verbose_name_plural": "imports of people",
                "ordering": ["-key"],
                "permissions": [("export_people", "Can export people; each export is recorded")],
                "default_permissions": ("view", "add", "change"),
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "people_import", "line", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("line", models.PositiveIntegerField()),
                ("refused", models.CharField(db_default="", default="", max_length=20)),
                ("detail", models.CharField(db_default="", default="", max_length=200)),
                ("notes", models.CharField(db_default="", default="", max_length=400)),
                ("fresh", models.UUIDField(null=True)),
                ("data", models.JSONField(null=True)),
                (
                    "people_import",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="profiles.peopleimport",
                    ),
                ),
            ],
            options={
                "verbose_name": "row of an import",
                "verbose_name_plural": "rows of an import",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ImportChunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_line", models.PositiveIntegerField()),
                ("last_line", models.PositiveIntegerField()),
                ("rows", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("staged", "staged"),
                            ("checked", "tried"),
                            ("done", "brought in"),
                            ("undone", "undone"),
                        ],
                        default="staged",
                        max_length=10,
                    ),
                ),
                ("staged", models.JSONField(default=dict)),
                ("tried", models.JSONField(default=dict)),
                ("done", models.JSONField(default=dict)),
                ("undone", models.JSONField(default=dict)),
                (
                    "people_import",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chunks",
                        to="profiles.peopleimport",
                    ),
                ),
            ],
            options={
                "verbose_name": "part of an import",
                "verbose_name_plural": "parts of an import",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ImportChange",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "people_import", "line", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("line", models.PositiveIntegerField()),
                ("profile", models.UUIDField()),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("identities", models.JSONField(null=True)),
                ("consents", models.JSONField(null=True)),
                ("kept", models.CharField(db_default="", default="", max_length=20)),
                (
                    "people_import",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="profiles.peopleimport",
                    ),
                ),
            ],
            options={
                "verbose_name": "what a row did",
                "verbose_name_plural": "what rows did",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="SavedMapping",
            fields=[
                (
                    "key",
                    models.UUIDField(
                        default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("fingerprint", models.CharField(max_length=64)),
                ("headers", models.JSONField(default=list, verbose_name="headers")),
                ("mapping", models.JSONField(default=dict, verbose_name="what the columns mean")),
                ("used_at", models.DateTimeField(verbose_name="used")),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "saved mapping",
                "verbose_name_plural": "saved mappings",
                "ordering": ["-used_at", "-key"],
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="peopleimport",
            index=models.Index(
                condition=models.Q(("status__in", ["reading", "checking", "running", "undoing"])),
                fields=["key"],
                name="people_import_at_work",
            ),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(
                condition=models.Q(
                    models.Q(("refused", ""), _negated=True), models.Q(("notes", ""), _negated=True), _connector="OR"
                ),
                fields=["people_import", "line"],
                name="import_row_told",
            ),
        ),
        migrations.AddConstraint(
            model_name="importchunk",
            constraint=models.UniqueConstraint(fields=("people_import", "first_line"), name="import_chunk_once"),
        ),
        migrations.AddConstraint(
            model_name="savedmapping",
            constraint=models.UniqueConstraint(fields=("fingerprint", "name"), name="saved_mapping_once"),
        ),
    ]
