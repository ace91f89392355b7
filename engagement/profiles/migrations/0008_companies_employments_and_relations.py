"""Companies and their tree, who works there, who belongs with whom; whose customer somebody is.

What was typed as a deal's company stays in its column, under another name in the code.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import engagement.keys
import engagement.profiles.models.profile


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0007_data_subject_requests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Company",
            fields=[
                (
                    "key",
                    models.UUIDField(
                        default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "country",
                    models.CharField(blank=True, db_default="", default="", max_length=2, verbose_name="country"),
                ),
                ("created_at", models.DateTimeField(verbose_name="known since")),
                ("changed_at", models.DateTimeField(verbose_name="changed")),
            ],
            options={
                "verbose_name": "company",
                "verbose_name_plural": "companies",
                "ordering": ["name", "key"],
            },
        ),
        migrations.CreateModel(
            name="CompanyDomain",
            fields=[
                ("domain", models.CharField(max_length=253, primary_key=True, serialize=False, verbose_name="domain")),
            ],
            options={
                "verbose_name": "domain",
                "verbose_name_plural": "domains",
                "ordering": ["domain"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Employment",
            fields=[
                (
                    "key",
                    models.UUIDField(
                        default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "position",
                    models.CharField(blank=True, db_default="", default="", max_length=200, verbose_name="position"),
                ),
                ("since", models.DateField(blank=True, null=True, verbose_name="since")),
                ("until", models.DateField(blank=True, null=True, verbose_name="until")),
                ("primary", models.BooleanField(db_default=False, default=False, verbose_name="first of several")),
            ],
            options={
                "verbose_name": "work at a company",
                "verbose_name_plural": "work at companies",
                "ordering": ["-primary", "key"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Relation",
            fields=[
                (
                    "key",
                    models.UUIDField(
                        default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("household", "lives with"),
                            ("partner", "partner of"),
                            ("parent", "parent of"),
                            ("guardian", "speaks for"),
                            ("referrer", "brought us"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("since", models.DateField(blank=True, null=True, verbose_name="since")),
                ("until", models.DateField(blank=True, null=True, verbose_name="until")),
            ],
            options={
                "verbose_name": "relation",
                "verbose_name_plural": "relations",
                "ordering": ["kind", "key"],
                "default_permissions": (),
            },
        ),
        migrations.AlterModelOptions(
            name="profile",
            options={
                "ordering": ["-key"],
                "permissions": [
                    ("view_sensitive", "Can uncover sensitive attributes; each time is recorded"),
                    ("relate_profile", "Can say whose customer a person is, where they work and who belongs with them"),
                ],
                "verbose_name": "profile",
                "verbose_name_plural": "profiles",
            },
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("deal", "company", "company_text"),
                migrations.AlterField(
                    "deal",
                    "company_text",
                    models.CharField(
                        blank=True,
                        db_column="company",
                        db_default="",
                        default="",
                        max_length=200,
                        verbose_name="company as written",
                    ),
                ),
            ]
        ),
        migrations.AddField(
            model_name="profile",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="customers",
                to=settings.AUTH_USER_MODEL,
                verbose_name="owner",
            ),
        ),
        migrations.AddField(
            model_name="company",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="companies",
                to=settings.AUTH_USER_MODEL,
                verbose_name="owner",
            ),
        ),
        migrations.AddField(
            model_name="company",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="profiles.company",
                verbose_name="belongs to",
            ),
        ),
        migrations.AddField(
            model_name="deal",
            name="company",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deals",
                to="profiles.company",
                verbose_name="company",
            ),
        ),
        migrations.AddField(
            model_name="companydomain",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="domains", to="profiles.company"
            ),
        ),
        migrations.AddField(
            model_name="employment",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="employments",
                to="profiles.company",
                verbose_name="company",
            ),
        ),
        migrations.AddField(
            model_name="employment",
            name="profile",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="employments", to="profiles.profile"
            ),
        ),
        migrations.AddField(
            model_name="relation",
            name="other",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="relations_to", to="profiles.profile"
            ),
        ),
        migrations.AddField(
            model_name="relation",
            name="profile",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="relations", to="profiles.profile"
            ),
        ),
        migrations.AddConstraint(
            model_name="company",
            constraint=models.UniqueConstraint(
                engagement.profiles.models.profile.Plain(models.F("name")), name="company_name_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="company",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="company_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="company",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent", None), models.Q(("parent", models.F("key")), _negated=True), _connector="OR"
                ),
                name="company_is_not_its_parent",
            ),
        ),
        migrations.AddConstraint(
            model_name="company",
            constraint=models.CheckConstraint(
                condition=models.Q(("country__regex", "^([A-Z]{2})?$")), name="company_country_is_a_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="employment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until", None)), fields=("company", "profile"), name="employment_open_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="employment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("primary", True)), fields=("profile",), name="employment_primary_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="employment",
            constraint=models.CheckConstraint(
                condition=models.Q(("primary", False), ("until", None), _connector="OR"),
                name="employment_primary_is_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="employment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("since", None), ("until", None), ("until__gte", models.F("since")), _connector="OR"
                ),
                name="employment_ends_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="relation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until", None)), fields=("profile", "other", "kind"), name="relation_open_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="relation",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["household", "partner", "parent", "guardian", "referrer"])),
                name="relation_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="relation",
            constraint=models.CheckConstraint(
                condition=models.Q(("profile", models.F("other")), _negated=True), name="relation_is_between_two"
            ),
        ),
        migrations.AddConstraint(
            model_name="relation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ("household", "partner")), _negated=True),
                    ("profile__lt", models.F("other")),
                    _connector="OR",
                ),
                name="relation_is_written_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="relation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("since", None), ("until", None), ("until__gte", models.F("since")), _connector="OR"
                ),
                name="relation_ends_later",
            ),
        ),
    ]
