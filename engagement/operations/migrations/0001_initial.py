import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import engagement.keys
from engagement.migration_operations import CreateModels


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("village", "0003_make_roles_and_departments"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Answer",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("item", models.CharField(max_length=100)),
                        ("day", models.DateField()),
                        ("at", models.DateTimeField()),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("pass", "passes"),
                                    ("fail", "fails"),
                                    ("insufficient", "not enough data"),
                                    ("waived", "waived"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("figure", models.FloatField(null=True)),
                        ("threshold", models.FloatField()),
                        ("rows", models.PositiveIntegerField()),
                        ("evidence", models.JSONField(default=list)),
                        ("error", models.TextField(blank=True, default="")),
                    ],
                    options={
                        "verbose_name": "answer",
                        "verbose_name_plural": "answers",
                        "ordering": ["item", "-day"],
                        "permissions": [
                            ("view_checklist", "Can read the operating model"),
                            ("waive_item", "Can waive an item of the operating model"),
                            ("set_target", "Can change thresholds and owners of the operating model"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("item", "day"), name="item_answers_once_a_day")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Claim",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("area", models.CharField(max_length=20)),
                        ("level", models.PositiveSmallIntegerField()),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "claim",
                        "verbose_name_plural": "claims",
                        "ordering": ["-key"],
                        "indexes": [models.Index(fields=["person", "area", "-key"], name="claim_newest")],
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("level__lte", 5)), name="claim_level_is_0_to_5")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Target",
                    fields=[
                        ("item", models.CharField(max_length=100, primary_key=True, serialize=False)),
                        ("threshold", models.FloatField(verbose_name="threshold")),
                        (
                            "changed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("changed_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "target",
                        "verbose_name_plural": "targets",
                        "default_permissions": ("view", "change"),
                    },
                ),
                migrations.CreateModel(
                    name="Waiver",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("item", models.CharField(max_length=100)),
                        ("reason", models.TextField(verbose_name="why")),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("granted_at", models.DateTimeField()),
                        ("until", models.DateTimeField(verbose_name="until")),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "ended_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "waiver",
                        "verbose_name_plural": "waivers",
                        "ordering": ["-key"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at", None)), fields=("item",), name="waiver_open_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("until__gt", models.F("granted_at"))),
                                name="waiver_ends_after_it_begins",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True), name="waiver_has_a_reason"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AreaOwner",
                    fields=[
                        ("area", models.CharField(max_length=20, primary_key=True, serialize=False)),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("since", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "owner of a C",
                        "verbose_name_plural": "owners of the Cs",
                    },
                ),
                migrations.CreateModel(
                    name="ValueEntry",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("case", models.UUIDField()),
                        ("number", models.PositiveSmallIntegerField(default=1)),
                        ("name", models.CharField(max_length=200, verbose_name="case")),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("revenue", "revenue raised"),
                                    ("saving", "cost avoided"),
                                    ("risk", "expected loss avoided"),
                                    ("cost", "cost"),
                                ],
                                max_length=10,
                                verbose_name="what it changes",
                            ),
                        ),
                        ("currency", models.CharField(default="BRL", max_length=3, verbose_name="currency")),
                        ("low", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="low")),
                        ("base", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="base")),
                        ("high", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="high")),
                        ("baseline", models.TextField(verbose_name="baseline, as it was before")),
                        ("formula", models.TextField(verbose_name="how it is counted")),
                        (
                            "author",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("written_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "value case",
                        "verbose_name_plural": "value cases",
                        "ordering": ["case", "-number"],
                        "permissions": [("sign_valueentry", "Can sign value cases")],
                        "default_permissions": ("view", "add"),
                        "constraints": [
                            models.UniqueConstraint(fields=("case", "number"), name="value_revision_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("low__gte", 0), ("low__lte", models.F("base")), ("base__lte", models.F("high"))
                                ),
                                name="value_low_base_high",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ValueSignature",
                    fields=[
                        (
                            "entry",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="signature",
                                serialize=False,
                                to="operations.valueentry",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("signed_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "signature",
                        "verbose_name_plural": "signatures",
                        "default_permissions": ("view",),
                    },
                ),
            ]
        ),
    ]
