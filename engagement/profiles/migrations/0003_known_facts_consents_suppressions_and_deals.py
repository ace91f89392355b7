"""Attributes, tags and lifecycle of profiles; consents, suppressions, deals."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

import engagement.keys


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0002_search_names_and_addresses"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AttributeDefinition",
            fields=[
                (
                    "key",
                    models.UUIDField(
                        default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("slug", models.SlugField(unique=True)),
                ("label", models.CharField(max_length=100, verbose_name="name in English")),
                ("label_pt", models.CharField(max_length=100, verbose_name="name in Portuguese")),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("text", "text"),
                            ("number", "number"),
                            ("boolean", "yes or no"),
                            ("date", "date"),
                            ("choice", "one of several"),
                        ],
                        default="text",
                        max_length=10,
                        verbose_name="holds",
                    ),
                ),
                ("choices", models.JSONField(blank=True, default=list, verbose_name="choices")),
                ("sensitive", models.BooleanField(default=False, verbose_name="sensitive")),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "verbose_name": "attribute",
                "verbose_name_plural": "attributes",
                "ordering": ["position", "slug"],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "key",
                    models.UUIDField(
                        default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("channel", models.CharField(blank=True, default="", max_length=30, verbose_name="channel")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("marketing", "marketing"), ("service", "service")],
                        max_length=15,
                        verbose_name="purpose",
                    ),
                ),
                ("granted", models.BooleanField(verbose_name="given")),
                (
                    "basis",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("express", "said yes"),
                            ("implied", "follows from what they bought or asked"),
                            ("contract", "needed for what they bought"),
                            ("legitimate_interest", "legitimate interest"),
                        ],
                        default="",
                        max_length=20,
                        verbose_name="basis",
                    ),
                ),
                ("source", models.CharField(max_length=50, verbose_name="where")),
                ("evidence", models.JSONField(default=dict, verbose_name="evidence")),
                ("at", models.DateTimeField(verbose_name="when")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
            ],
            options={
                "verbose_name": "consent",
                "verbose_name_plural": "consents",
                "ordering": ["-key"],
                "default_permissions": ("view", "change"),
            },
        ),
        migrations.CreateModel(
            name="ConsentState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(max_length=30, verbose_name="channel")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("marketing", "marketing"), ("service", "service")],
                        max_length=15,
                        verbose_name="purpose",
                    ),
                ),
                ("granted", models.BooleanField(verbose_name="given")),
                (
                    "basis",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("express", "said yes"),
                            ("implied", "follows from what they bought or asked"),
                            ("contract", "needed for what they bought"),
                            ("legitimate_interest", "legitimate interest"),
                        ],
                        db_default="",
                        default="",
                        max_length=20,
                        verbose_name="basis",
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="since")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
            ],
            options={
                "verbose_name": "consent that holds",
                "verbose_name_plural": "consents that hold",
                "ordering": ["profile", "channel", "purpose"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Deal",
            fields=[
                (
                    "key",
                    models.UUIDField(
                        default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="what it is about")),
                (
                    "company",
                    models.CharField(blank=True, db_default="", default="", max_length=200, verbose_name="company"),
                ),
                (
                    "amount",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="amount"),
                ),
                ("currency", models.CharField(db_default="BRL", default="BRL", max_length=3, verbose_name="currency")),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("lead", "lead"),
                            ("negotiation", "negotiation"),
                            ("closing", "closing"),
                            ("won", "won"),
                            ("lost", "lost"),
                        ],
                        default="lead",
                        max_length=12,
                        verbose_name="stage",
                    ),
                ),
                ("closes_on", models.DateField(blank=True, null=True, verbose_name="expected to close on")),
                ("held", models.BooleanField(db_default=False, default=False, verbose_name="marketing is held")),
                (
                    "reason",
                    models.CharField(blank=True, db_default="", default="", max_length=300, verbose_name="reason"),
                ),
                (
                    "released_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="marketing released until"),
                ),
                ("created_at", models.DateTimeField(verbose_name="opened")),
                ("changed_at", models.DateTimeField(verbose_name="changed")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
            ],
            options={
                "verbose_name": "deal",
                "verbose_name_plural": "deals",
                "ordering": ["-key"],
                "permissions": [("hold_marketing", "Can hold and release a profile's marketing because of a deal")],
            },
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                (
                    "key",
                    models.UUIDField(
                        default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                ("address_hash", models.CharField(max_length=64)),
                (
                    "purpose",
                    models.CharField(blank=True, db_default="", default="", max_length=15, verbose_name="purpose"),
                ),
                ("reason", models.CharField(max_length=50, verbose_name="reason")),
                ("source", models.CharField(max_length=50, verbose_name="where")),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
            ],
            options={
                "verbose_name": "suppression",
                "verbose_name_plural": "suppressions",
                "ordering": ["-key"],
            },
        ),
        migrations.AlterModelOptions(
            name="profile",
            options={
                "ordering": ["-key"],
                "permissions": [("view_sensitive", "Can uncover sensitive attributes; each time is recorded")],
                "verbose_name": "profile",
                "verbose_name_plural": "profiles",
            },
        ),
        migrations.AddField(
            model_name="profile",
            name="attributes",
            field=models.JSONField(blank=True, db_default={}, default=dict, verbose_name="attributes"),
        ),
        migrations.AddField(
            model_name="profile",
            name="last_heard_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last heard of"),
        ),
        migrations.AddField(
            model_name="profile",
            name="last_written_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last written to"),
        ),
        migrations.AddField(
            model_name="profile",
            name="lifecycle",
            field=models.CharField(
                blank=True,
                choices=[
                    ("lead", "lead"),
                    ("customer", "customer"),
                    ("advocate", "advocate"),
                    ("former", "former customer"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="relation to us",
            ),
        ),
        migrations.AddField(
            model_name="profile",
            name="tags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=50),
                blank=True,
                db_default=[],
                default=list,
                size=None,
                verbose_name="tags",
            ),
        ),
        AddConstraintNotValid(
            model_name="profile",
            constraint=models.CheckConstraint(
                condition=models.Q(("lifecycle__in", ["", "lead", "customer", "advocate", "former"])),
                name="profile_lifecycle_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="attributedefinition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("type__in", ["text", "number", "boolean", "date"]),
                    models.Q(
                        ("type", "choice"), models.Q(("choices", models.Value([], models.JSONField())), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="attribute_choice_has_choices",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="profile",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consents",
                to="profiles.profile",
            ),
        ),
        migrations.AddField(
            model_name="consentstate",
            name="profile",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consent_states",
                to="profiles.profile",
            ),
        ),
        migrations.AddField(
            model_name="deal",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deals",
                to=settings.AUTH_USER_MODEL,
                verbose_name="owner",
            ),
        ),
        migrations.AddField(
            model_name="deal",
            name="profile",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="deals", to="profiles.profile"
            ),
        ),
        migrations.AddField(
            model_name="suppression",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["profile", "-at", "-key"], name="consent_profile"),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", ["marketing", "service"])), name="consent_purpose_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("basis__in", ["express", "implied", "contract", "legitimate_interest"]), ("granted", True)
                    ),
                    models.Q(("basis", ""), ("expires_at", None), ("granted", False)),
                    _connector="OR",
                ),
                name="consent_given_has_a_basis",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("granted", False), models.Q(("channel", ""), _negated=True), _connector="OR"),
                name="consent_is_given_for_one_channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose", "service"), ("basis__in", ["", "express", "implied"]), _connector="OR"),
                name="consent_to_marketing_is_express_or_implied",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("basis", "implied"), _negated=True), ("expires_at__isnull", False), _connector="OR"
                ),
                name="consent_implied_expires",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at", None), ("expires_at__gt", models.F("at")), _connector="OR"),
                name="consent_expires_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="consentstate",
            constraint=models.UniqueConstraint(fields=("profile", "channel", "purpose"), name="consent_state_once"),
        ),
        migrations.AddConstraint(
            model_name="consentstate",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel", ""), _negated=True), name="consent_state_of_one_channel"
            ),
        ),
        migrations.AddConstraint(
            model_name="consentstate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("basis__in", ["express", "implied", "contract", "legitimate_interest"]), ("granted", True)
                    ),
                    models.Q(("basis", ""), ("expires_at", None), ("granted", False)),
                    _connector="OR",
                ),
                name="consent_state_given_has_a_basis",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(fields=["profile", "-key"], name="deal_profile"),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("stage__in", ("won", "lost")), _negated=True), fields=["profile"], name="deal_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(("stage__in", ["lead", "negotiation", "closing", "won", "lost"])),
                name="deal_stage_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", False), ("stage__in", ("won", "lost"))),
                    models.Q(models.Q(("stage__in", ("won", "lost")), _negated=True), ("closed_at", None)),
                    _connector="OR",
                ),
                name="deal_over_is_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("held", False), models.Q(("stage__in", ("won", "lost")), _negated=True), _connector="OR"
                ),
                name="deal_over_holds_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(("held", False), ("released_until", None), _connector="OR"),
                name="deal_is_held_or_released",
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", None), ("amount__gte", 0), _connector="OR"),
                name="deal_amount_is_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="deal_currency_is_a_code"
            ),
        ),
        migrations.AddIndex(
            model_name="suppression",
            index=models.Index(fields=["address_hash", "kind"], name="suppression_address"),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_at", None)),
                fields=("kind", "address_hash", "purpose"),
                name="suppression_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.CheckConstraint(
                condition=models.Q(("address_hash__regex", "^[0-9a-f]{64}$")), name="suppression_keeps_a_hash"
            ),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at", None), ("ends_at__gte", models.F("starts_at")), _connector="OR"),
                name="suppression_ends_later",
            ),
        ),
    ]
