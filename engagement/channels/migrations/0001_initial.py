import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import engagement.channels.models.inbound
import engagement.channels.sealed
import engagement.keys
from engagement.migration_operations import CreateModels


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("profiles", "0001_initial"),
        ("village", "0003_make_roles_and_departments"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="CaughtMail",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="at")),
                        ("customer", models.CharField(max_length=320, verbose_name="customer")),
                        (
                            "direction",
                            models.CharField(
                                choices=[("in", "received"), ("out", "written")], default="in", max_length=3
                            ),
                        ),
                        ("delivery", models.UUIDField()),
                        ("envelope", models.JSONField(default=dict)),
                        ("body", models.BinaryField()),
                        ("sender", models.CharField(blank=True, default="", max_length=500, verbose_name="from")),
                        ("title", models.CharField(blank=True, default="", max_length=500, verbose_name="subject")),
                        ("is_open", models.BooleanField(default=False, verbose_name="read")),
                        ("for_staff", models.BooleanField(db_default=False, default=False, editable=False)),
                    ],
                    options={
                        "verbose_name": "caught message",
                        "verbose_name_plural": "caught messages",
                        "ordering": ["-key"],
                        "default_permissions": (),
                        "indexes": [
                            models.Index(fields=["customer", "-key"], name="caught_customer"),
                            models.Index(
                                condition=models.Q(("is_open", False)), fields=["customer"], name="caught_unopened"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("delivery", "customer"), name="caught_once_per_customer")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CaughtText",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="at")),
                        ("customer", models.CharField(max_length=20, verbose_name="customer")),
                        ("ours", models.CharField(max_length=40)),
                        (
                            "direction",
                            models.CharField(
                                choices=[("in", "received"), ("out", "written")], default="in", max_length=3
                            ),
                        ),
                        ("sid", models.CharField(max_length=40, unique=True)),
                        ("body", models.TextField(blank=True, default="")),
                        ("status", models.CharField(blank=True, default="", max_length=20)),
                        ("is_open", models.BooleanField(default=False, verbose_name="read")),
                    ],
                    options={
                        "verbose_name": "caught text",
                        "verbose_name_plural": "caught texts",
                        "ordering": ["-key"],
                        "default_permissions": (),
                        "indexes": [
                            models.Index(fields=["customer", "-key"], name="caught_text_customer"),
                            models.Index(
                                condition=models.Q(("is_open", False)), fields=["customer"], name="caught_text_unopened"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Channel",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("kind", models.CharField(max_length=30, verbose_name="kind")),
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        ("address", models.CharField(max_length=320, verbose_name="our address")),
                        ("sender_name", models.CharField(blank=True, max_length=200, verbose_name="sender's name")),
                        (
                            "department",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="channels",
                                to="village.department",
                                verbose_name="department",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[("active", "active"), ("paused", "paused")],
                                default="active",
                                max_length=10,
                                verbose_name="status",
                            ),
                        ),
                        ("settings", models.JSONField(blank=True, default=dict, verbose_name="settings")),
                        (
                            "credentials",
                            engagement.channels.sealed.SealedJSONField(
                                blank=True, default=dict, verbose_name="credentials"
                            ),
                        ),
                        (
                            "rate_per_minute",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="messages a minute, at most"
                            ),
                        ),
                        ("failures_in_row", models.PositiveIntegerField(default=0, editable=False)),
                        ("circuit_open_until", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("last_error", models.TextField(blank=True, default="", editable=False)),
                        ("fetch_problem", models.JSONField(blank=True, db_default={}, default=dict, editable=False)),
                        ("last_inbound_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("last_outbound_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ],
                    options={
                        "verbose_name": "channel",
                        "verbose_name_plural": "channels",
                        "ordering": ["name", "key"],
                        "permissions": [("operate_channel", "Can operate channels: pause, resume, replay")],
                        "constraints": [
                            models.UniqueConstraint(
                                models.F("kind"),
                                django.db.models.functions.text.Lower("address"),
                                name="channel_address_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ChannelTest",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "channel",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="tests",
                                to="engagement_channels.channel",
                            ),
                        ),
                        (
                            "requested_by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("recipient", models.CharField(blank=True, default="", max_length=320)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("waiting", "queued"),
                                    ("running", "running"),
                                    ("passed", "passed"),
                                    ("failed", "failed"),
                                ],
                                default="waiting",
                                max_length=10,
                            ),
                        ),
                        ("steps", models.JSONField(default=list)),
                        ("created_at", models.DateTimeField()),
                        ("touched_at", models.DateTimeField()),
                        ("finished_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "verbose_name": "channel test",
                        "verbose_name_plural": "channel tests",
                        "default_permissions": (),
                        "indexes": [models.Index(fields=["channel", "-id"], name="channel_tests_newest")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("finished_at", None)),
                                fields=("channel",),
                                name="channel_test_runs_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ImapCursor",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "channel",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="engagement_channels.channel",
                            ),
                        ),
                        ("folder", models.CharField(max_length=300)),
                        ("uid_validity", models.BigIntegerField()),
                        ("last_uid", models.BigIntegerField(default=0)),
                        ("acted_uid", models.BigIntegerField(default=0)),
                        ("judged_below", models.BigIntegerField(default=0)),
                        ("started_at", models.DateTimeField()),
                        ("fetched_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "verbose_name": "place in a mailbox",
                        "verbose_name_plural": "places in mailboxes",
                        "constraints": [models.UniqueConstraint(fields=("channel", "folder"), name="imap_folder_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Transmission",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("unique_key", models.CharField(max_length=200)),
                        (
                            "channel",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="engagement_channels.channel",
                            ),
                        ),
                        ("profile_id", models.UUIDField(blank=True, null=True)),
                        (
                            "purpose",
                            models.CharField(
                                choices=[
                                    ("conversation", "answer"),
                                    ("service", "service"),
                                    ("marketing", "marketing"),
                                ],
                                max_length=15,
                            ),
                        ),
                        ("source", models.CharField(max_length=50)),
                        ("source_id", models.UUIDField()),
                        ("group_id", models.UUIDField(blank=True, null=True)),
                        ("content_hash", models.CharField(blank=True, db_default="", default="", max_length=64)),
                        ("locale", models.CharField(blank=True, db_default="", default="", max_length=10)),
                        ("recipients", models.JSONField(default=list)),
                        ("external_id", models.CharField(max_length=400)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("queued", "waits to leave"),
                                    ("claimed", "is being prepared"),
                                    ("handing", "is being handed over"),
                                    ("accepted", "sent"),
                                    ("delivered", "delivered"),
                                    ("read", "read"),
                                    ("bounced", "came back"),
                                    ("complained", "reported as unwanted"),
                                    ("failed", "not sent"),
                                    ("unknown", "perhaps sent"),
                                    ("refused", "held back"),
                                    ("cancelled", "taken back"),
                                ],
                                default="queued",
                                max_length=12,
                            ),
                        ),
                        ("not_before", models.DateTimeField()),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("lease_owner", models.CharField(blank=True, default="", max_length=100)),
                        ("lease_until", models.DateTimeField(blank=True, null=True)),
                        ("recoveries", models.PositiveSmallIntegerField(default=0)),
                        ("handed_at", models.DateTimeField(blank=True, null=True)),
                        ("tried_since", models.DateTimeField(blank=True, null=True)),
                        ("error", models.TextField(blank=True, default="")),
                        ("error_code", models.CharField(blank=True, default="", max_length=50)),
                        (
                            "requested_by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("created_at", models.DateTimeField()),
                        ("state_at", models.DateTimeField()),
                        (
                            "settled_by",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("settled_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name": "transmission",
                        "verbose_name_plural": "transmissions",
                        "ordering": ["-key"],
                        "permissions": [("settle_transmission", "Can send again or settle what failed")],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "queued"), ("group_id", None)),
                                fields=["channel", "not_before", "key"],
                                name="transmission_due_alone",
                            ),
                            models.Index(
                                condition=models.Q(("state", "queued"), models.Q(("group_id", None), _negated=True)),
                                fields=["channel", "group_id", "not_before", "key"],
                                name="transmission_due_grouped",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ["claimed", "handing"])),
                                fields=["lease_until"],
                                name="transmission_leased",
                            ),
                            models.Index(
                                condition=models.Q(
                                    ("settled_at", None),
                                    ("state__in", ["failed", "unknown", "bounced"]),
                                    ("group_id", None),
                                ),
                                fields=["-key"],
                                name="transmission_failed",
                            ),
                            models.Index(fields=["source", "source_id"], name="transmission_source"),
                            models.Index(fields=["channel", "external_id"], name="transmission_external"),
                            models.Index(fields=["profile_id", "-key"], name="transmission_profile"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("unique_key",), name="engagement_channels_transmission_unique_key_key"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SoftBounce",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "transmission",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="engagement_channels.transmission",
                            ),
                        ),
                        ("kind", models.CharField(max_length=30)),
                        ("address_hash", models.CharField(max_length=64)),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "soft bounce",
                        "verbose_name_plural": "soft bounces",
                        "ordering": ["pk"],
                        "default_permissions": (),
                        "indexes": [models.Index(fields=["kind", "address_hash", "-at"], name="soft_bounce_address")],
                        "constraints": [
                            models.UniqueConstraint(fields=("transmission", "address_hash"), name="soft_bounce_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DeliveryReport",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "transmission",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reports",
                                to="engagement_channels.transmission",
                            ),
                        ),
                        ("unique_key", models.CharField(max_length=200)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("queued", "waits to leave"),
                                    ("claimed", "is being prepared"),
                                    ("handing", "is being handed over"),
                                    ("accepted", "sent"),
                                    ("delivered", "delivered"),
                                    ("read", "read"),
                                    ("bounced", "came back"),
                                    ("complained", "reported as unwanted"),
                                    ("failed", "not sent"),
                                    ("unknown", "perhaps sent"),
                                    ("refused", "held back"),
                                    ("cancelled", "taken back"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("recipient", models.CharField(blank=True, default="", max_length=400)),
                        ("detail", models.TextField(blank=True, default="")),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "delivery report",
                        "verbose_name_plural": "delivery reports",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("unique_key",), name="engagement_channels_deliveryreport_unique_key_key"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Group",
                    fields=[
                        ("key", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                        ("cap", models.PositiveSmallIntegerField(db_default=0, default=0)),
                        ("cap_days", models.PositiveSmallIntegerField(db_default=0, default=0)),
                        ("quiet", models.BooleanField(db_default=False, default=False)),
                        ("held_at", models.DateTimeField(blank=True, null=True)),
                        ("hold_reason", models.CharField(blank=True, db_default="", default="", max_length=50)),
                        ("ends_at", models.DateTimeField(blank=True, null=True)),
                        ("began_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "stops_on",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=20),
                                blank=True,
                                db_default=[],
                                default=list,
                                size=None,
                            ),
                        ),
                        ("rendered", models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                        ("render_failures", models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                    ],
                    options={
                        "verbose_name": "group of messages",
                        "verbose_name_plural": "groups of messages",
                        "ordering": ["-key"],
                        "default_permissions": (),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("cap", 0), ("cap_days__gt", 0), _connector="OR"),
                                name="group_cap_has_days",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("held_at__isnull", False), ("hold_reason", ""), _connector="OR"),
                                name="group_reason_only_when_held",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="GroupCount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("group_id", models.UUIDField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("queued", "waits to leave"),
                                    ("claimed", "is being prepared"),
                                    ("handing", "is being handed over"),
                                    ("accepted", "sent"),
                                    ("delivered", "delivered"),
                                    ("read", "read"),
                                    ("bounced", "came back"),
                                    ("complained", "reported as unwanted"),
                                    ("failed", "not sent"),
                                    ("unknown", "perhaps sent"),
                                    ("refused", "held back"),
                                    ("cancelled", "taken back"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("delta", models.IntegerField()),
                    ],
                    options={
                        "verbose_name": "count of a group",
                        "verbose_name_plural": "counts of groups",
                        "ordering": ["pk"],
                        "default_permissions": (),
                        "indexes": [models.Index(fields=["group_id", "state"], name="group_count")],
                    },
                ),
                migrations.CreateModel(
                    name="RawEvent",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "channel",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="engagement_channels.channel",
                            ),
                        ),
                        ("received_at", models.DateTimeField(verbose_name="received")),
                        ("read_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("envelope", models.JSONField(default=dict)),
                        ("body", models.BinaryField()),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("received", "received"),
                                    ("read", "read"),
                                    ("robot", "recognised"),
                                    ("failed", "could not be read"),
                                    ("settled", "settled by hand"),
                                    ("duplicate", "duplicate"),
                                ],
                                default="received",
                                max_length=10,
                            ),
                        ),
                        ("kind", models.CharField(blank=True, default="", max_length=40)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("next_attempt_at", models.DateTimeField(blank=True, null=True)),
                        ("error", models.TextField(blank=True, default="")),
                        ("facts", models.JSONField(blank=True, db_default={}, default=dict)),
                        ("twin", models.UUIDField(blank=True, null=True)),
                        (
                            "settled_by",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("settled_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name": "raw event",
                        "verbose_name_plural": "raw events",
                        "ordering": ["-key"],
                        "permissions": [("replay_rawevent", "Can replay and settle what could not be read")],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status", "received")), fields=["key"], name="raw_waiting"
                            ),
                            models.Index(condition=models.Q(("status", "failed")), fields=["key"], name="raw_failed"),
                            models.Index(
                                condition=models.Q(("status__in", ["robot", "duplicate"])),
                                fields=["key"],
                                name="raw_recognized",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RawEventKey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "channel",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="engagement_channels.channel",
                            ),
                        ),
                        ("provider_key", models.CharField(max_length=200)),
                        ("raw_event_key", models.UUIDField()),
                        ("deliveries", models.PositiveIntegerField(db_default=1, default=1)),
                    ],
                    options={
                        "verbose_name": "delivery key",
                        "verbose_name_plural": "delivery keys",
                        "constraints": [
                            models.UniqueConstraint(fields=("channel", "provider_key"), name="delivered_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Attachment",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("raw_event_key", models.UUIDField(db_index=True, null=True)),
                        (
                            "uploaded_by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "file",
                            models.FileField(
                                max_length=200, upload_to=engagement.channels.models.inbound.attachment_path
                            ),
                        ),
                        ("filename", models.CharField(max_length=255, verbose_name="file name")),
                        ("content_type", models.CharField(max_length=150, verbose_name="kind of file")),
                        ("size", models.PositiveBigIntegerField(verbose_name="bytes")),
                        ("sha256", models.CharField(max_length=64)),
                        ("content_id", models.CharField(blank=True, default="", max_length=500)),
                        ("inline", models.BooleanField(default=False)),
                        ("created_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "attachment",
                        "verbose_name_plural": "attachments",
                        "ordering": ["key"],
                    },
                ),
                migrations.CreateModel(
                    name="SignUpForm",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("slug", models.SlugField(max_length=60, unique=True, verbose_name="in the address")),
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        (
                            "channel",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="engagement_channels.channel",
                                verbose_name="confirms from",
                            ),
                        ),
                        (
                            "purpose",
                            models.CharField(
                                choices=[("marketing", "marketing"), ("service", "service")],
                                default="marketing",
                                max_length=15,
                                verbose_name="purpose",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                        ("is_open", models.BooleanField(default=True, verbose_name="open")),
                        ("expired_gone", models.PositiveIntegerField(default=0, editable=False)),
                        ("confirmed_gone", models.PositiveIntegerField(default=0, editable=False)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="made")),
                    ],
                    options={
                        "verbose_name": "sign-up form",
                        "verbose_name_plural": "sign-up forms",
                        "ordering": ["name", "key"],
                        "default_permissions": ("view", "add", "change"),
                    },
                ),
                migrations.CreateModel(
                    name="SignUpText",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "form",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="texts",
                                to="engagement_channels.signupform",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(verbose_name="version")),
                        (
                            "locale",
                            models.CharField(
                                choices=[("en", "English"), ("pt-br", "Brazilian Portuguese")],
                                max_length=10,
                                verbose_name="language",
                            ),
                        ),
                        ("heading", models.CharField(max_length=200, verbose_name="heading")),
                        ("text", models.TextField(max_length=2000, verbose_name="what they agree to")),
                        ("text_hash", models.CharField(max_length=64)),
                        (
                            "author",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="written")),
                    ],
                    options={
                        "verbose_name": "words of a sign-up form",
                        "verbose_name_plural": "words of sign-up forms",
                        "ordering": ["form", "-version", "locale"],
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(fields=("form", "version", "locale"), name="sign_up_text_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OptIn",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "text",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="engagement_channels.signuptext",
                            ),
                        ),
                        (
                            "form",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="opt_ins",
                                to="engagement_channels.signupform",
                            ),
                        ),
                        ("address", models.CharField(max_length=400)),
                        ("address_hash", models.CharField(max_length=64)),
                        ("name", models.CharField(blank=True, default="", max_length=300)),
                        ("token_hash", models.CharField(max_length=64)),
                        ("source", models.CharField(max_length=50, verbose_name="where")),
                        ("ip", models.GenericIPAddressField(blank=True, null=True)),
                        ("agent", models.CharField(blank=True, default="", max_length=200)),
                        ("requested_at", models.DateTimeField(verbose_name="asked")),
                        ("expires_at", models.DateTimeField(verbose_name="until")),
                        ("sent", models.PositiveSmallIntegerField(default=1)),
                        ("last_sent_at", models.DateTimeField()),
                        ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed")),
                        (
                            "profile",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="profiles.profile",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "sign-up",
                        "verbose_name_plural": "sign-ups",
                        "ordering": ["-key"],
                        "default_permissions": (),
                        "indexes": [
                            models.Index(fields=["address_hash", "-requested_at"], name="opt_in_address"),
                            models.Index(fields=["expires_at"], name="opt_in_expires"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("token_hash",), name="opt_in_token_once"),
                            models.CheckConstraint(
                                condition=models.Q(("address_hash__regex", "^[0-9a-f]{64}$")),
                                name="opt_in_keeps_a_hash",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PendingSenderCheck",
                    fields=[
                        ("raw_event_key", models.UUIDField(primary_key=True, serialize=False)),
                        (
                            "channel",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="engagement_channels.channel",
                            ),
                        ),
                        ("sender_address", models.CharField(max_length=400)),
                        ("due_at", models.DateTimeField()),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                    ],
                    options={
                        "verbose_name": "pending sender check",
                        "verbose_name_plural": "pending sender checks",
                        "default_permissions": (),
                        "indexes": [models.Index(fields=["due_at", "raw_event_key"], name="sender_check_due")],
                    },
                ),
                migrations.CreateModel(
                    name="Allowance",
                    fields=[
                        (
                            "channel",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="engagement_channels.channel",
                            ),
                        ),
                        ("tokens", models.FloatField()),
                        ("counted_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "allowance",
                        "verbose_name_plural": "allowances",
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="OptOutWish",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("raw_event_key", models.UUIDField(unique=True)),
                        (
                            "channel",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="engagement_channels.channel",
                            ),
                        ),
                        ("profile_id", models.UUIDField()),
                        ("address", models.CharField(max_length=400)),
                        ("text", models.TextField()),
                        ("at", models.DateTimeField()),
                        ("honoured", models.BooleanField(null=True)),
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
                        ("decided_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name": "wish to be left alone",
                        "verbose_name_plural": "wishes to be left alone",
                        "ordering": ["-key"],
                        "permissions": [("decide_optoutwish", "Can judge whether a text asks to be left alone")],
                        "default_permissions": (),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("honoured", None)), fields=["-key"], name="optout_undecided"
                            )
                        ],
                    },
                ),
            ]
        ),
    ]
