import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import engagement.keys
from engagement.migration_operations import CreateModels


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("engagement_channels", "0001_initial"),
        ("village", "0003_make_roles_and_departments"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Template",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("email", "e-mail"), ("sms", "SMS")], max_length=10, verbose_name="kind"
                            ),
                        ),
                        (
                            "purpose",
                            models.CharField(
                                choices=[("marketing", "marketing"), ("service", "service")],
                                max_length=10,
                                verbose_name="purpose",
                            ),
                        ),
                        (
                            "channel",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="engagement_channels.channel",
                                verbose_name="sender",
                            ),
                        ),
                        (
                            "source_locale",
                            models.CharField(default="en", max_length=10, verbose_name="written first in"),
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
                            "department",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="village.department",
                                verbose_name="department",
                            ),
                        ),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="made")),
                        (
                            "edited_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="last edit"),
                        ),
                        (
                            "edited_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("archived_at", models.DateTimeField(blank=True, null=True, verbose_name="put away")),
                    ],
                    options={
                        "verbose_name": "template",
                        "verbose_name_plural": "templates",
                        "ordering": ["-edited_at", "-key"],
                        "default_permissions": ("view", "add", "change"),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("archived_at", None)),
                                fields=["-edited_at", "-key"],
                                name="template_recent",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["email", "sms"])), name="template_kind_known"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("purpose__in", ["marketing", "service"])),
                                name="template_purpose_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Draft",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "template",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="drafts",
                                to="content.template",
                            ),
                        ),
                        ("locale", models.CharField(max_length=10, verbose_name="language")),
                        ("subject", models.CharField(blank=True, max_length=500, verbose_name="subject")),
                        ("preheader", models.CharField(blank=True, max_length=500, verbose_name="preview line")),
                        ("mjml", models.TextField(blank=True, verbose_name="layout")),
                        ("text", models.TextField(blank=True, verbose_name="text")),
                        ("source_hash", models.CharField(blank=True, max_length=64)),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("writer", models.CharField(blank=True, default="", max_length=40)),
                        ("contributor_ids", models.JSONField(db_default=[], default=list)),
                        ("updated_at", models.DateTimeField()),
                        (
                            "updated_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "draft",
                        "verbose_name_plural": "drafts",
                        "ordering": ["template", "locale"],
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(fields=("template", "locale"), name="draft_locale_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Revision",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "template",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="revisions",
                                to="content.template",
                            ),
                        ),
                        ("number", models.PositiveIntegerField(verbose_name="number")),
                        (
                            "author",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("kind", models.CharField(max_length=10)),
                        ("purpose", models.CharField(max_length=10)),
                        ("source_locale", models.CharField(max_length=10)),
                        (
                            "channel",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="engagement_channels.channel",
                            ),
                        ),
                        ("sender", models.CharField(blank=True, max_length=600, verbose_name="sender")),
                        ("organisation", models.CharField(blank=True, max_length=200)),
                        ("postal_address", models.CharField(blank=True, max_length=500, verbose_name="postal address")),
                        ("content_hash", models.CharField(db_index=True, max_length=64, verbose_name="hash")),
                        ("contributor_ids", models.JSONField(db_default=[], default=list)),
                        ("restored_from", models.PositiveIntegerField(null=True)),
                        ("created_at", models.DateTimeField(verbose_name="saved")),
                    ],
                    options={
                        "verbose_name": "revision",
                        "verbose_name_plural": "revisions",
                        "ordering": ["template", "-number"],
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(fields=("template", "number"), name="revision_number_once"),
                            models.CheckConstraint(
                                condition=models.Q(("number__gte", 1)), name="revision_numbers_begin_at_one"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Variant",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "revision",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="variants",
                                to="content.revision",
                            ),
                        ),
                        ("locale", models.CharField(max_length=10, verbose_name="language")),
                        ("subject", models.CharField(blank=True, max_length=500, verbose_name="subject")),
                        ("preheader", models.CharField(blank=True, max_length=500, verbose_name="preview line")),
                        ("mjml", models.TextField(blank=True, verbose_name="layout")),
                        ("text", models.TextField(blank=True, verbose_name="text")),
                        ("source_hash", models.CharField(blank=True, max_length=64)),
                    ],
                    options={
                        "verbose_name": "variant",
                        "verbose_name_plural": "variants",
                        "ordering": ["revision", "locale"],
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(fields=("revision", "locale"), name="variant_locale_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TestSend",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "template",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="test_sends",
                                to="content.template",
                            ),
                        ),
                        ("campaign_id", models.UUIDField(blank=True, null=True)),
                        ("revision", models.PositiveIntegerField(blank=True, null=True)),
                        ("locale", models.CharField(max_length=10, verbose_name="language")),
                        ("reader", models.CharField(max_length=300)),
                        ("address", models.CharField(max_length=400, verbose_name="address")),
                        ("subject", models.CharField(blank=True, max_length=1000)),
                        ("html", models.TextField(blank=True)),
                        ("text", models.TextField(blank=True)),
                        (
                            "requested_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("created_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "test send",
                        "verbose_name_plural": "test sends",
                        "ordering": ["-key"],
                        "default_permissions": (),
                        "indexes": [
                            models.Index(fields=["requested_by", "-created_at"], name="test_send_by_person"),
                            models.Index(fields=["created_at"], name="test_send_by_age"),
                        ],
                    },
                ),
            ]
        ),
    ]
