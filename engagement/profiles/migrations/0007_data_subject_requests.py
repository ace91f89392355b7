"""Data-subject requests, legal holds, what answers them; profiles of which only a shell is left."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import engagement.keys


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0006_find_who_agreed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="profile",
            name="erased_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="erased"),
        ),
        migrations.CreateModel(
            name="DataRequest",
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
                            ("access", "access and portability"),
                            ("correction", "correction"),
                            ("objection", "objection to marketing"),
                            ("erasure", "erasure"),
                        ],
                        max_length=12,
                        verbose_name="what they ask for",
                    ),
                ),
                (
                    "law",
                    models.CharField(
                        choices=[("lgpd", "LGPD, 15 days"), ("gdpr", "GDPR, one month")],
                        max_length=8,
                        verbose_name="by which law",
                    ),
                ),
                ("law_reason", models.CharField(blank=True, max_length=300, verbose_name="why this law")),
                (
                    "via",
                    models.CharField(
                        choices=[
                            ("email", "e-mail"),
                            ("phone", "telephone"),
                            ("message", "text or chat"),
                            ("letter", "letter"),
                            ("in_person", "in person"),
                            ("authority", "through the authority"),
                        ],
                        max_length=12,
                        verbose_name="how it came in",
                    ),
                ),
                ("words", models.TextField(blank=True, verbose_name="in their words")),
                ("received_at", models.DateTimeField(verbose_name="received")),
                ("due_at", models.DateTimeField(verbose_name="due")),
                ("extended_at", models.DateTimeField(blank=True, null=True, verbose_name="extended")),
                ("extension_reason", models.CharField(blank=True, max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("verifying", "identity is being checked"),
                            ("held", "held: a legal hold stands"),
                            ("answered", "answered"),
                            ("refused", "refused"),
                            ("cancelled", "cancelled"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "verified_how",
                    models.CharField(blank=True, max_length=300, verbose_name="how we know that it is them"),
                ),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                ("answer", models.TextField(blank=True, verbose_name="what they were told")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                ("filed_at", models.DateTimeField(verbose_name="written down")),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                ("overdue_told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "closed_by",
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
                    "filed_by",
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
                    "profile",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="data_requests",
                        to="profiles.profile",
                    ),
                ),
            ],
            options={
                "verbose_name": "data request",
                "verbose_name_plural": "data requests",
                "ordering": ["-key"],
                "permissions": [("answer_datarequest", "Can answer data requests: export, erase, refuse")],
                "default_permissions": ("view", "add"),
            },
        ),
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                (
                    "key",
                    models.UUIDField(
                        default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waits to be made"),
                            ("making", "is being made"),
                            ("ready", "ready"),
                            ("failed", "could not be made"),
                            ("deleted", "thrown away"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("error", models.TextField(blank=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("asked_at", models.DateTimeField()),
                ("made_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disclosures",
                        to="profiles.datarequest",
                    ),
                ),
            ],
            options={
                "verbose_name": "disclosure",
                "verbose_name_plural": "disclosures",
                "ordering": ["-key"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "key",
                    models.UUIDField(
                        default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waits to begin"),
                            ("running", "is running"),
                            ("done", "done"),
                            ("failed", "stopped by an error; it is tried again"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("subject", models.JSONField(default=dict)),
                (
                    "steps",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), default=list, size=None
                    ),
                ),
                ("counts", models.JSONField(default=dict)),
                ("total", models.PositiveSmallIntegerField(default=0)),
                ("removed_xid", models.BigIntegerField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("confirmed_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="profiles.profile",
                    ),
                ),
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="erasure", to="profiles.datarequest"
                    ),
                ),
            ],
            options={
                "verbose_name": "erasure",
                "verbose_name_plural": "erasures",
                "ordering": ["-key"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                (
                    "key",
                    models.UUIDField(
                        default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="why")),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                ("set_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="lifted")),
                ("lift_reason", models.CharField(blank=True, max_length=500)),
                (
                    "lifted_by",
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
                    "profile",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="legal_holds",
                        to="profiles.profile",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "legal hold",
                "verbose_name_plural": "legal holds",
                "ordering": ["-key"],
                "default_permissions": ("view", "add", "change"),
            },
        ),
        migrations.AddIndex(
            model_name="datarequest",
            index=models.Index(
                condition=models.Q(("state__in", ("open", "verifying", "held"))),
                fields=["due_at", "key"],
                name="data_request_due",
            ),
        ),
        migrations.AddIndex(
            model_name="datarequest",
            index=models.Index(
                condition=models.Q(("state__in", ("open", "verifying", "held")), _negated=True),
                fields=["-closed_at", "-key"],
                name="data_request_closed",
            ),
        ),
        migrations.AddIndex(
            model_name="datarequest",
            index=models.Index(fields=["profile", "-key"], name="data_request_profile"),
        ),
        migrations.AddConstraint(
            model_name="datarequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("state__in", ("open", "verifying", "held"))),
                    models.Q(("closed_at__isnull", False), ("state__in", ["answered", "refused", "cancelled"])),
                    _connector="OR",
                ),
                name="data_request_closed_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="datarequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("extended_at", None), ("law", "gdpr"), _connector="OR"),
                name="data_request_extended_by_gdpr_only",
            ),
        ),
        migrations.AddConstraint(
            model_name="datarequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_at__gt", models.F("received_at"))), name="data_request_due_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["waiting", "making"])),
                fields=("request",),
                name="disclosure_made_once_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="erasure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "done"), _negated=True), fields=("profile",), name="erasure_one_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="erasure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "done"), _negated=True),
                    models.Q(("done_at__isnull", False), ("subject", {})),
                    _connector="OR",
                ),
                name="erasure_done_keeps_nobody",
            ),
        ),
        migrations.AddIndex(
            model_name="legalhold",
            index=models.Index(fields=["profile", "-key"], name="legal_hold_profile"),
        ),
        migrations.AddIndex(
            model_name="legalhold",
            index=models.Index(condition=models.Q(("lifted_at", None)), fields=["ends_at"], name="legal_hold_ends"),
        ),
        migrations.AddConstraint(
            model_name="legalhold",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="legal_hold_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="legalhold",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at", None), ("ends_at__gt", models.F("starts_at")), _connector="OR"),
                name="legal_hold_ends_later",
            ),
        ),
    ]
