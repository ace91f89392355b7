"""Merges of profiles and their undoing, pairs to be looked at, and where an identity was before a merge."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import engagement.keys


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0013_bring_people_in_from_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "key",
                    models.UUIDField(
                        default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("offered", models.JSONField(blank=True, default=dict)),
                ("chosen", models.JSONField(blank=True, default=list)),
                ("facts", models.JSONField(blank=True, default=dict)),
                ("tags", models.JSONField(blank=True, default=list)),
                ("tags_added", models.JSONField(blank=True, default=list)),
                ("unpreferred", models.JSONField(blank=True, default=list)),
                ("at", models.DateTimeField(verbose_name="when")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone")),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merges_into",
                        to="profiles.profile",
                        verbose_name="kept",
                    ),
                ),
                (
                    "merged",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merges_away",
                        to="profiles.profile",
                        verbose_name="put into it",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "merge",
                "verbose_name_plural": "merges",
                "ordering": ["-key"],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="MergeLook",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("upto", models.UUIDField(blank=True, null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="MergeProposal",
            fields=[
                (
                    "key",
                    models.UUIDField(
                        default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("confidence", models.PositiveSmallIntegerField(verbose_name="confidence")),
                ("reasons", models.JSONField(default=list, verbose_name="reasons")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "to be looked at"),
                            ("merged", "one person"),
                            ("different", "not the same person"),
                            ("stale", "no longer alike"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="proposed")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "high",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="profiles.profile"
                    ),
                ),
                (
                    "low",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="profiles.profile",
                    ),
                ),
            ],
            options={
                "verbose_name": "pair that may be one person",
                "verbose_name_plural": "pairs that may be one person",
                "ordering": ["-confidence", "key"],
                "default_permissions": ("view",),
            },
        ),
        migrations.AlterModelOptions(
            name="profile",
            options={
                "ordering": ["-key"],
                "permissions": [
                    ("view_sensitive", "Can uncover sensitive attributes; each time is recorded"),
                    ("relate_profile", "Can say whose customer a person is, where they work and who belongs with them"),
                    ("merge_profile", "Can put two profiles of one person together, and take them apart"),
                ],
                "verbose_name": "profile",
                "verbose_name_plural": "profiles",
            },
        ),
        migrations.AddField(
            model_name="identity",
            name="home",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="profiles.profile",
            ),
        ),
        migrations.AddIndex(
            model_name="merge",
            index=models.Index(fields=["merged", "-key"], name="merge_merged"),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)), fields=("merged",), name="merge_leads_one_way"
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(("kept", models.F("merged")), _negated=True), name="merge_of_two"
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(("undone_at", None), ("undone_at__gte", models.F("at")), _connector="OR"),
                name="merge_undone_later",
            ),
        ),
        migrations.AddIndex(
            model_name="mergeproposal",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["-confidence", "key"], name="proposal_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="mergeproposal",
            constraint=models.UniqueConstraint(fields=("low", "high"), name="proposal_once"),
        ),
        migrations.AddConstraint(
            model_name="mergeproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("low__lt", models.F("high"))), name="proposal_pair_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="mergeproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("confidence__gte", 1), ("confidence__lte", 100)), name="proposal_confidence"
            ),
        ),
        migrations.AddConstraint(
            model_name="mergeproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "merged", "different", "stale"])), name="proposal_state_known"
            ),
        ),
    ]
