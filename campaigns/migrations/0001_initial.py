import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import campaigns.models.campaign
import campaigns.models.segment
import engagement.keys
from engagement.migration_operations import CreateModels


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("content", "0001_initial"),
        ("engagement_channels", "0001_initial"),
        ("village", "0003_make_roles_and_departments"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Segment",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("name", models.CharField(max_length=200, unique=True, verbose_name="name")),
                        ("description", models.TextField(blank=True, verbose_name="what it is for")),
                        (
                            "rules",
                            models.JSONField(default=campaigns.models.segment.everybody, verbose_name="who is in it"),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="made"
                            ),
                        ),
                        (
                            "changed_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="changed"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "segment",
                        "verbose_name_plural": "segments",
                        "ordering": ["name", "key"],
                        "default_permissions": ("view", "add", "change"),
                    },
                ),
                migrations.CreateModel(
                    name="Campaign",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        (
                            "objective",
                            models.TextField(
                                blank=True, help_text="What is different when it worked.", verbose_name="objective"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="campaigns",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                        (
                            "budget",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="budget"
                            ),
                        ),
                        ("currency", models.CharField(default="BRL", max_length=3, verbose_name="currency")),
                        (
                            "ends_at",
                            models.DateTimeField(
                                blank=True,
                                help_text="After this nothing more leaves, whoever still waits.",
                                null=True,
                                verbose_name="ends",
                            ),
                        ),
                        (
                            "segment",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="campaigns",
                                to="campaigns.segment",
                                verbose_name="segment",
                            ),
                        ),
                        (
                            "plan",
                            models.CharField(
                                choices=[("sms_else_email", "SMS, else e-mail"), ("email", "e-mail"), ("sms", "SMS")],
                                default="email",
                                max_length=20,
                                verbose_name="by which channel",
                            ),
                        ),
                        (
                            "email_template",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="content.template",
                                verbose_name="e-mail template",
                            ),
                        ),
                        (
                            "sms_template",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="content.template",
                                verbose_name="SMS template",
                            ),
                        ),
                        (
                            "email_channel",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="engagement_channels.channel",
                                verbose_name="e-mail sender",
                            ),
                        ),
                        (
                            "sms_channel",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="engagement_channels.channel",
                                verbose_name="SMS sender",
                            ),
                        ),
                        (
                            "holdout_percent",
                            models.PositiveSmallIntegerField(
                                default=10,
                                help_text="Drawn by lot. Without them nobody can tell whether the campaign changed anything.",
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(50),
                                ],
                                verbose_name="left alone on purpose, %",
                            ),
                        ),
                        (
                            "holdout_exception",
                            models.CharField(
                                blank=True,
                                help_text="Needed when the share is 0.",
                                max_length=300,
                                verbose_name="why nobody is left alone",
                            ),
                        ),
                        (
                            "begins_at",
                            models.DateTimeField(
                                blank=True, help_text="Empty: at the launch.", null=True, verbose_name="begins"
                            ),
                        ),
                        (
                            "begins_zone",
                            models.CharField(
                                blank=True,
                                db_default="",
                                default=campaigns.models.campaign.organization_zone,
                                editable=False,
                                max_length=64,
                            ),
                        ),
                        (
                            "in_local_time",
                            models.BooleanField(
                                default=False, verbose_name="at that time of day where each person lives"
                            ),
                        ),
                        (
                            "cap_count",
                            models.PositiveSmallIntegerField(default=4, verbose_name="messages to one person, at most"),
                        ),
                        (
                            "cap_days",
                            models.PositiveSmallIntegerField(
                                default=30,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="in so many days",
                            ),
                        ),
                        (
                            "attribution",
                            models.CharField(
                                choices=[
                                    ("last_touch", "the last message counts"),
                                    ("first_touch", "the first message counts"),
                                    ("every_touch", "every message counts"),
                                ],
                                default="last_touch",
                                max_length=20,
                                verbose_name="what counts as its effect",
                            ),
                        ),
                        (
                            "attribution_days",
                            models.PositiveSmallIntegerField(
                                default=10,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(365),
                                ],
                                verbose_name="within so many days",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("draft", "draft"),
                                    ("launching", "is being launched"),
                                    ("sending", "sending"),
                                    ("paused", "paused"),
                                    ("stopped", "stopped"),
                                    ("finished", "finished"),
                                ],
                                default="draft",
                                editable=False,
                                max_length=12,
                                verbose_name="state",
                            ),
                        ),
                        ("pause_reason", models.CharField(blank=True, default="", editable=False, max_length=50)),
                        ("stop_code", models.CharField(blank=True, default="", editable=False, max_length=30)),
                        (
                            "email_revision",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="content.revision",
                            ),
                        ),
                        (
                            "sms_revision",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="content.revision",
                            ),
                        ),
                        ("rules", models.JSONField(blank=True, editable=False, null=True)),
                        ("segment_size", models.PositiveIntegerField(blank=True, editable=False, null=True)),
                        ("launched_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "launched_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("frozen_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("over_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="made"
                            ),
                        ),
                        (
                            "changed_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="changed"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "campaign",
                        "verbose_name_plural": "campaigns",
                        "ordering": ["-key"],
                        "permissions": [("launch_campaign", "Can launch, pause, resume and stop campaigns")],
                        "default_permissions": ("view", "add", "change"),
                        "indexes": [
                            models.Index(
                                condition=models.Q(
                                    ("status__in", ["launching", "sending"]),
                                    models.Q(("over_at", None), ("status", "stopped")),
                                    _connector="OR",
                                ),
                                fields=["key"],
                                name="campaign_at_work",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["draft", "launching", "sending", "paused", "stopped", "finished"])
                                ),
                                name="campaign_status_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("plan__in", ["sms_else_email", "email", "sms"])),
                                name="campaign_plan_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("holdout_percent__lte", 50)), name="campaign_holdout_at_most_half"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("budget", None), ("budget__gte", 0), _connector="OR"),
                                name="campaign_budget_not_negative",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("cap_days__gte", 1)), name="campaign_cap_over_a_day"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status", "draft"),
                                    models.Q(("launched_at__isnull", False), ("launched_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="campaign_launched_by_somebody",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status", "draft"),
                                    ("email_revision__isnull", False),
                                    ("sms_revision__isnull", False),
                                    _connector="OR",
                                ),
                                name="campaign_launched_with_a_revision",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Recipient",
                    fields=[
                        ("key", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                        (
                            "campaign",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="recipients",
                                to="campaigns.campaign",
                            ),
                        ),
                        ("profile_id", models.UUIDField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "to send"),
                                    ("queued", "handed over"),
                                    ("skipped", "not written to"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("code", models.CharField(blank=True, default="", max_length=30)),
                        ("channel", models.CharField(blank=True, default="", max_length=30)),
                        ("identity_id", models.UUIDField(null=True)),
                        ("address", models.CharField(blank=True, default="", max_length=400)),
                        ("fallback_identity_id", models.UUIDField(null=True)),
                        ("fallback_address", models.CharField(blank=True, default="", max_length=400)),
                        ("locale", models.CharField(blank=True, default="", max_length=10)),
                        ("fallback_locale", models.CharField(blank=True, default="", max_length=10)),
                        ("send_at", models.DateTimeField(null=True)),
                        ("values", models.JSONField(null=True)),
                        ("fell_back_at", models.DateTimeField(null=True)),
                        ("answered_at", models.DateTimeField(null=True)),
                        ("conversation_id", models.UUIDField(null=True)),
                        ("unsubscribed_at", models.DateTimeField(null=True)),
                        ("created_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "recipient",
                        "verbose_name_plural": "recipients",
                        "ordering": ["campaign", "key"],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "waiting")),
                                fields=["campaign", "send_at", "key"],
                                name="recipient_due",
                            ),
                            models.Index(fields=["campaign", "state", "code", "key"], name="recipient_lists"),
                            models.Index(
                                condition=models.Q(("answered_at__isnull", False)),
                                fields=["campaign", "key"],
                                name="recipient_answered",
                            ),
                            models.Index(
                                condition=models.Q(("fell_back_at__isnull", False)),
                                fields=["campaign", "key"],
                                name="recipient_fell_back",
                            ),
                            models.Index(
                                condition=models.Q(("unsubscribed_at__isnull", False)),
                                fields=["campaign", "key"],
                                name="recipient_unsubscribed",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                models.F("profile_id"), models.F("campaign"), name="recipient_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state", "skipped"), ("code", ""), _connector="XOR"),
                                name="recipient_skipped_has_a_reason",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state", "skipped"),
                                    models.Q(
                                        models.Q(("address", ""), ("channel", ""), _negated=True),
                                        ("send_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="recipient_to_send_has_an_address",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UniversalHoldout",
                    fields=[
                        (
                            "key",
                            models.PositiveSmallIntegerField(
                                default=1, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "percent",
                            models.PositiveSmallIntegerField(
                                default=0,
                                help_text="Of all contacts, drawn once per period. They get no marketing campaign. 0: none.",
                                validators=[django.core.validators.MaxValueValidator(20)],
                                verbose_name="universal holdout, %",
                            ),
                        ),
                        (
                            "period",
                            models.CharField(
                                help_text="Such as 2027-H1. Another period draws other people; the former ones get campaigns again.",
                                max_length=50,
                                verbose_name="period",
                            ),
                        ),
                        (
                            "changed_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="changed"
                            ),
                        ),
                        (
                            "changed_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "universal holdout",
                        "verbose_name_plural": "universal holdout",
                        "ordering": ["key"],
                        "default_permissions": ("view", "add", "change"),
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("key", 1)), name="universal_holdout_is_one"),
                            models.CheckConstraint(
                                condition=models.Q(("percent__lte", 20)), name="universal_holdout_at_most_a_fifth"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("period", ""), _negated=True), name="universal_holdout_has_a_period"
                            ),
                        ],
                    },
                ),
            ]
        ),
    ]
