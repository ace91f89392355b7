import django.contrib.postgres.fields
import django.core.validators
from django.db import migrations, models

from engagement.migration_operations import CreateModels


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Organization",
                    fields=[
                        (
                            "id",
                            models.PositiveSmallIntegerField(
                                default=1, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("name", models.CharField(blank=True, default="", max_length=200, verbose_name="Name")),
                        (
                            "legal_name",
                            models.CharField(blank=True, default="", max_length=200, verbose_name="Legal name"),
                        ),
                        (
                            "postal_address",
                            models.CharField(blank=True, default="", max_length=500, verbose_name="Postal address"),
                        ),
                        ("country", models.CharField(default="BR", max_length=2, verbose_name="Country")),
                        (
                            "time_zone",
                            models.CharField(default="America/Sao_Paulo", max_length=64, verbose_name="Time zone"),
                        ),
                        ("language", models.CharField(default="en", max_length=10, verbose_name="Default language")),
                        (
                            "languages",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=10),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="Languages",
                            ),
                        ),
                        ("currency", models.CharField(default="BRL", max_length=3, verbose_name="Currency")),
                        ("logo", models.CharField(blank=True, default="", editable=False, max_length=64)),
                        (
                            "accent_color",
                            models.CharField(blank=True, default="", max_length=7, verbose_name="Accent color"),
                        ),
                        (
                            "sender_name",
                            models.CharField(
                                blank=True, default="", max_length=200, verbose_name="Sender name of replies"
                            ),
                        ),
                        (
                            "marketing_sender_name",
                            models.CharField(
                                blank=True, default="", max_length=200, verbose_name="Sender name of campaigns"
                            ),
                        ),
                        (
                            "community_name",
                            models.CharField(
                                blank=True, default="", max_length=100, verbose_name="Name of the community"
                            ),
                        ),
                        (
                            "community_sender",
                            models.EmailField(
                                blank=True, default="", max_length=254, verbose_name="Mailbox of the community"
                            ),
                        ),
                        (
                            "privacy_contact_name",
                            models.CharField(blank=True, default="", max_length=200, verbose_name="Privacy contact"),
                        ),
                        (
                            "privacy_contact_email",
                            models.EmailField(
                                blank=True, default="", max_length=254, verbose_name="Email of the privacy contact"
                            ),
                        ),
                        (
                            "privacy_policy_url",
                            models.URLField(
                                blank=True, default="", max_length=500, verbose_name="Address of your privacy policy"
                            ),
                        ),
                        (
                            "privacy_text",
                            models.TextField(
                                blank=True, default="", max_length=20000, verbose_name="Privacy text in English"
                            ),
                        ),
                        (
                            "privacy_text_pt",
                            models.TextField(
                                blank=True, default="", max_length=20000, verbose_name="Privacy text in Portuguese"
                            ),
                        ),
                        (
                            "session_hours",
                            models.PositiveSmallIntegerField(
                                default=12,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(720),
                                ],
                                verbose_name="Hours until an unused session ends",
                            ),
                        ),
                        ("allows_passwords", models.BooleanField(default=True, verbose_name="Sign-in by password")),
                        (
                            "second_factor_roles",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=50),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="Roles that need a second factor",
                            ),
                        ),
                        (
                            "marketing_cap",
                            models.PositiveIntegerField(default=5, verbose_name="Marketing messages per person"),
                        ),
                        (
                            "marketing_cap_days",
                            models.PositiveSmallIntegerField(
                                default=7,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="within so many days",
                            ),
                        ),
                        (
                            "complaints_percent",
                            models.DecimalField(
                                decimal_places=3,
                                default=0,
                                max_digits=6,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(100),
                                ],
                                verbose_name="Complaint rate that pauses a campaign (%)",
                            ),
                        ),
                        (
                            "complaints_minimum",
                            models.PositiveIntegerField(default=1000, verbose_name="after so many recipients"),
                        ),
                        (
                            "soft_bounces_limit",
                            models.PositiveSmallIntegerField(
                                default=5,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="Temporary bounces in a row that stop marketing",
                            ),
                        ),
                        (
                            "soft_bounces_days",
                            models.PositiveSmallIntegerField(
                                default=30,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="within so many days",
                            ),
                        ),
                        (
                            "reopen_within_days",
                            models.PositiveSmallIntegerField(
                                default=7, verbose_name="Days in which an SMS reopens a conversation"
                            ),
                        ),
                        (
                            "task_escalation_hours",
                            models.DecimalField(
                                decimal_places=2,
                                default=4,
                                max_digits=7,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="Hours until an overdue task is escalated",
                            ),
                        ),
                        (
                            "deal_quiet_days",
                            models.PositiveSmallIntegerField(
                                default=14, verbose_name="Days without marketing before a deal closes"
                            ),
                        ),
                        (
                            "deal_stale_days",
                            models.PositiveSmallIntegerField(
                                default=30, verbose_name="Days after which an open deal is stale"
                            ),
                        ),
                        (
                            "erasure_requires_two",
                            models.BooleanField(default=False, verbose_name="Two people confirm each erasure"),
                        ),
                        (
                            "keeps_import_files_days",
                            models.PositiveSmallIntegerField(
                                default=30,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(3650),
                                ],
                                verbose_name="Days that imported files are kept",
                            ),
                        ),
                        (
                            "keeps_export_files_days",
                            models.PositiveSmallIntegerField(
                                default=14,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(365),
                                ],
                                verbose_name="Days that files of access requests are kept",
                            ),
                        ),
                        (
                            "keeps_events_days",
                            models.PositiveSmallIntegerField(
                                default=7,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(3650),
                                ],
                                verbose_name="Days that processed events are kept",
                            ),
                        ),
                        ("setup_token_hash", models.CharField(blank=True, default="", editable=False, max_length=64)),
                        (
                            "setup_steps_done",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=30),
                                blank=True,
                                default=list,
                                editable=False,
                                size=None,
                            ),
                        ),
                        ("setup_completed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("first_reply_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ],
                    options={
                        "verbose_name": "organization",
                        "verbose_name_plural": "organizations",
                        "default_permissions": ("view", "change"),
                        "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="one_organization")],
                    },
                ),
                migrations.CreateModel(
                    name="Logo",
                    fields=[
                        ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                        ("png", models.BinaryField()),
                        ("width", models.PositiveSmallIntegerField()),
                        ("height", models.PositiveSmallIntegerField()),
                    ],
                    options={
                        "default_permissions": (),
                    },
                ),
            ]
        ),
    ]
