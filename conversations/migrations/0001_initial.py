import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import engagement.keys
from engagement.migration_operations import CreateModels


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("engagement_channels", "0001_initial"),
        ("profiles", "0001_initial"),
        ("village", "0003_make_roles_and_departments"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Queue",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("slug", models.SlugField(max_length=60, unique=True)),
                        ("name", models.CharField(max_length=120, verbose_name="name in English")),
                        ("name_pt", models.CharField(blank=True, max_length=120, verbose_name="name in Portuguese")),
                        ("icon", models.CharField(default="inbox", max_length=40, verbose_name="icon")),
                        (
                            "department",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="queues",
                                to="village.department",
                                verbose_name="department",
                            ),
                        ),
                        (
                            "answer_within",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="answer within (minutes)"),
                        ),
                        (
                            "is_default",
                            models.BooleanField(default=False, verbose_name="takes what no other queue takes"),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                        (
                            "channels",
                            models.ManyToManyField(
                                blank=True,
                                related_name="queues",
                                to="engagement_channels.channel",
                                verbose_name="channels that lead here",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "queue",
                        "verbose_name_plural": "queues",
                        "ordering": ["position", "name", "key"],
                        "permissions": [("work_queue", "Can work on the conversations of a queue")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("is_default", True)),
                                fields=("is_default",),
                                name="queue_one_default",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Endpoint",
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
                                related_name="endpoints",
                                to="engagement_channels.channel",
                            ),
                        ),
                        (
                            "identity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="endpoints",
                                to="profiles.identity",
                            ),
                        ),
                        ("address", models.CharField(max_length=400)),
                        ("address_norm", models.CharField(max_length=400)),
                        ("name", models.CharField(blank=True, max_length=300)),
                    ],
                    options={
                        "verbose_name": "endpoint",
                        "verbose_name_plural": "endpoints",
                        "indexes": [
                            django.contrib.postgres.indexes.GinIndex(
                                django.contrib.postgres.indexes.OpClass(
                                    django.db.models.functions.text.Lower("address"), name="gin_trgm_ops"
                                ),
                                django.contrib.postgres.indexes.OpClass(
                                    django.db.models.functions.text.Lower("name"), name="gin_trgm_ops"
                                ),
                                name="endpoint_search",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("channel", "address_norm"), name="endpoint_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Conversation",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "endpoint",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="conversations",
                                to="conversations.endpoint",
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
                            "queue",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="conversations.queue",
                            ),
                        ),
                        (
                            "assignee",
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
                            "status",
                            models.CharField(
                                choices=[
                                    ("open", "open"),
                                    ("pending", "waits for the customer"),
                                    ("snoozed", "snoozed"),
                                    ("resolved", "resolved"),
                                ],
                                default="open",
                                max_length=10,
                                verbose_name="status",
                            ),
                        ),
                        ("title", models.CharField(blank=True, max_length=500, verbose_name="subject")),
                        ("preview", models.CharField(blank=True, max_length=300)),
                        ("preview_ours", models.BooleanField(default=False)),
                        ("automatic", models.BooleanField(default=False)),
                        ("opened_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="opened")),
                        (
                            "last_activity_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="last activity"),
                        ),
                        ("waiting_since", models.DateTimeField(blank=True, null=True, verbose_name="waiting since")),
                        ("next_due_at", models.DateTimeField(blank=True, null=True, verbose_name="answer due")),
                        ("snoozed_until", models.DateTimeField(blank=True, null=True, verbose_name="snoozed until")),
                        ("resolved_at", models.DateTimeField(blank=True, null=True)),
                        ("reopened_times", models.PositiveSmallIntegerField(default=0)),
                        (
                            "split_from",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="conversations.conversation",
                            ),
                        ),
                        ("answers", models.UUIDField(blank=True, null=True)),
                        ("single", models.BooleanField(db_default=False, default=False)),
                        ("complaint_since", models.DateTimeField(blank=True, null=True)),
                        ("message_seq", models.PositiveIntegerField(default=0)),
                        ("version", models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        "verbose_name": "conversation",
                        "verbose_name_plural": "conversations",
                        "ordering": ["-last_activity_at", "-key"],
                        "permissions": [("export_conversation", "Can export conversations")],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status__in", ["open", "pending"])),
                                fields=["queue", "-last_activity_at", "-key"],
                                name="conv_queue_open",
                            ),
                            models.Index(
                                condition=models.Q(("assignee", None), ("status__in", ["open", "pending"])),
                                fields=["queue", "-last_activity_at", "-key"],
                                name="conv_unassigned",
                            ),
                            models.Index(
                                condition=models.Q(("status__in", ["open", "pending"])),
                                fields=["assignee", "-last_activity_at", "-key"],
                                name="conv_mine",
                            ),
                            models.Index(
                                condition=models.Q(("status", "snoozed")),
                                fields=["queue", "-last_activity_at", "-key"],
                                name="conv_snoozed",
                            ),
                            models.Index(
                                condition=models.Q(("status", "resolved")),
                                fields=["queue", "-last_activity_at", "-key"],
                                name="conv_resolved",
                            ),
                            models.Index(
                                condition=models.Q(("next_due_at__isnull", False), ("status__in", ["open", "pending"])),
                                fields=["queue", "next_due_at", "key"],
                                name="conv_due",
                            ),
                            models.Index(
                                condition=models.Q(("status", "snoozed")), fields=["snoozed_until"], name="conv_to_wake"
                            ),
                            models.Index(fields=["profile", "-last_activity_at"], name="conv_profile"),
                            models.Index(
                                condition=models.Q(
                                    ("complaint_since__isnull", False), models.Q(("status", "resolved"), _negated=True)
                                ),
                                fields=["profile"],
                                name="conv_complaints",
                            ),
                            models.Index(
                                condition=models.Q(("answers__isnull", False)), fields=["answers"], name="conv_answers"
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("status", "snoozed"), ("snoozed_until", None), _connector="OR"),
                                name="snoozed_has_until_only_then",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("single", True), models.Q(("status", "resolved"), _negated=True)),
                                fields=("endpoint",),
                                name="conversation_one_open_where_single",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Participant",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "conversation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="participants",
                                to="conversations.conversation",
                            ),
                        ),
                        ("address", models.CharField(max_length=400)),
                        ("address_norm", models.CharField(max_length=400)),
                        ("name", models.CharField(blank=True, max_length=300)),
                        ("role", models.CharField(default="to", max_length=10)),
                        ("joined_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "participant",
                        "verbose_name_plural": "participants",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("conversation", "address_norm"), name="participant_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ConversationCount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "queue",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="conversations.queue",
                            ),
                        ),
                        ("status", models.CharField(max_length=10)),
                        ("assignee_id", models.UUIDField(null=True)),
                        ("delta", models.IntegerField()),
                    ],
                    options={
                        "verbose_name": "count",
                        "verbose_name_plural": "counts",
                        "indexes": [
                            models.Index(
                                fields=["queue", "status", "assignee_id"], include=("delta",), name="conversation_count"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReadMark",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "conversation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="read_marks",
                                to="conversations.conversation",
                            ),
                        ),
                        ("seq", models.PositiveIntegerField(default=0)),
                        ("read_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "read mark",
                        "verbose_name_plural": "read marks",
                        "constraints": [
                            models.UniqueConstraint(fields=("person", "conversation"), name="read_mark_once")
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
                            "conversation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="drafts",
                                to="conversations.conversation",
                            ),
                        ),
                        (
                            "author",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("reply", "answer"), ("note", "note")], default="reply", max_length=10
                            ),
                        ),
                        ("text", models.TextField(blank=True)),
                        ("recipients", models.JSONField(blank=True, default=list)),
                        ("attachments", models.JSONField(blank=True, default=list)),
                        ("seen_seq", models.PositiveIntegerField(default=0)),
                        ("version", models.PositiveIntegerField(default=0)),
                        ("updated_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "draft",
                        "verbose_name_plural": "drafts",
                        "constraints": [
                            models.UniqueConstraint(fields=("conversation", "author", "kind"), name="draft_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Message",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "conversation",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="messages",
                                to="conversations.conversation",
                            ),
                        ),
                        ("seq", models.PositiveIntegerField()),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("received", "received"),
                                    ("reply", "answer"),
                                    ("note", "note"),
                                    ("event", "event"),
                                ],
                                max_length=10,
                            ),
                        ),
                        (
                            "author",
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
                            "department",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="village.department",
                            ),
                        ),
                        ("sender_name", models.CharField(blank=True, default="", max_length=300)),
                        ("sender_address", models.CharField(blank=True, default="", max_length=400)),
                        ("title", models.CharField(blank=True, default="", max_length=500)),
                        ("text", models.TextField(blank=True, default="")),
                        ("html", models.TextField(blank=True, default="")),
                        ("quoted_text", models.TextField(blank=True, default="")),
                        ("quoted_html", models.TextField(blank=True, default="")),
                        ("signature", models.TextField(blank=True, default="")),
                        ("remote_images", models.PositiveSmallIntegerField(default=0)),
                        ("auto", models.CharField(blank=True, default="", max_length=40)),
                        ("detail", models.JSONField(blank=True, default=dict)),
                        ("created_at", models.DateTimeField()),
                        ("client_key", models.CharField(blank=True, max_length=100, null=True)),
                        ("raw_event_key", models.UUIDField(blank=True, null=True)),
                        ("item", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("transmission_id", models.UUIDField(blank=True, null=True)),
                        ("delivery_state", models.CharField(blank=True, default="", max_length=12)),
                        ("delivery_detail", models.TextField(blank=True, default="")),
                        ("search", django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                    ],
                    options={
                        "verbose_name": "message",
                        "verbose_name_plural": "messages",
                        "ordering": ["conversation", "seq"],
                        "indexes": [
                            django.contrib.postgres.indexes.GinIndex(fields=["search"], name="message_search"),
                            models.Index(
                                condition=models.Q(("delivery_state__in", ["failed", "unknown", "bounced"])),
                                fields=["conversation"],
                                name="message_not_arrived",
                            ),
                            models.Index(
                                condition=models.Q(("kind", "event"), _negated=True),
                                fields=["conversation", "-created_at", "-key"],
                                include=("kind",),
                                name="message_moments",
                            ),
                            models.Index(
                                condition=models.Q(("kind", "reply")),
                                fields=["conversation"],
                                include=("author", "department", "created_at"),
                                name="message_answers",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("conversation", "seq"), name="message_seq_once"),
                            models.UniqueConstraint(
                                fields=("conversation", "client_key"), name="message_submitted_once"
                            ),
                            models.UniqueConstraint(fields=("raw_event_key", "item"), name="message_once_per_raw_item"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MessageAttachment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="files",
                                to="conversations.message",
                            ),
                        ),
                        (
                            "attachment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="engagement_channels.attachment",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                    ],
                    options={
                        "verbose_name": "message attachment",
                        "verbose_name_plural": "message attachments",
                        "ordering": ["position", "pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("message", "attachment"), name="file_once_per_message")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MessageExternal",
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
                        ("external_id", models.CharField(max_length=400)),
                        (
                            "message",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="externals",
                                to="conversations.message",
                            ),
                        ),
                        (
                            "conversation",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="conversations.conversation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "carrier's name of a message",
                        "verbose_name_plural": "carriers' names of messages",
                        "indexes": [models.Index(fields=["external_id"], name="message_by_external_id")],
                        "constraints": [
                            models.UniqueConstraint(fields=("channel", "external_id"), name="message_once_per_channel")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ThreadReference",
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
                        ("reference", models.CharField(max_length=400)),
                        (
                            "conversation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="conversations.conversation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "reference",
                        "verbose_name_plural": "references",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("channel", "reference", "conversation"), name="reference_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ConversationRelation",
                    fields=[
                        (
                            "message",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="relation",
                                serialize=False,
                                to="conversations.message",
                            ),
                        ),
                        (
                            "conversation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="conversations.conversation",
                            ),
                        ),
                        (
                            "related",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="conversations.conversation",
                            ),
                        ),
                        ("created_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "related conversation",
                        "verbose_name_plural": "related conversations",
                        "default_permissions": (),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("conversation", models.F("related")), _negated=True),
                                name="relation_to_another",
                            )
                        ],
                    },
                ),
            ]
        ),
    ]
