import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

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
                    name="ApprovalRequest",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("kind", models.CharField(max_length=60)),
                        ("subject_id", models.UUIDField()),
                        ("content_hash", models.CharField(max_length=64)),
                        (
                            "requester",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("comment", models.TextField(blank=True)),
                        ("steps", models.JSONField(default=list)),
                        ("step", models.PositiveSmallIntegerField(default=0)),
                        ("permission", models.CharField(max_length=150)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "waits for a decision"),
                                    ("approved", "approved"),
                                    ("refused", "refused"),
                                    ("void", "void: it was changed"),
                                    ("withdrawn", "withdrawn"),
                                    ("expired", "approval expired"),
                                    ("revoked", "approval withdrawn"),
                                ],
                                default="open",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("created_at", models.DateTimeField()),
                        ("due_at", models.DateTimeField()),
                        ("escalated_at", models.DateTimeField(blank=True, null=True)),
                        ("closed_at", models.DateTimeField(blank=True, null=True)),
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
                        ("expires_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name": "approval request",
                        "verbose_name_plural": "approval requests",
                        "ordering": ["-key"],
                        "permissions": [("decide_approval", "Can approve and refuse")],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "open")),
                                fields=["created_at", "key"],
                                name="approval_queue",
                            ),
                            models.Index(condition=models.Q(("state", "open")), fields=["due_at"], name="approval_due"),
                            models.Index(
                                condition=models.Q(("state", "approved")),
                                fields=["content_hash"],
                                include=("expires_at",),
                                name="approval_granted",
                            ),
                            models.Index(fields=["kind", "subject_id", "-key"], name="approval_subject"),
                            models.Index(fields=["requester", "-key"], name="approval_requester"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "open")),
                                fields=("kind", "subject_id"),
                                name="approval_open_once_per_subject",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("closed_at", None), ("state", "open")),
                                    models.Q(models.Q(("state", "open"), _negated=True), ("closed_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="approval_closed_has_its_time",
                            ),
                            models.UniqueConstraint(fields=("key", "requester"), name="approval_key_and_requester"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApprovalDecision",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "request",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="collaboration.approvalrequest",
                            ),
                        ),
                        (
                            "requester",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("step", models.PositiveSmallIntegerField()),
                        (
                            "reviewer",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "verdict",
                            models.CharField(choices=[("approved", "approved"), ("refused", "refused")], max_length=10),
                        ),
                        ("reason", models.TextField(blank=True)),
                        ("seen_hash", models.CharField(max_length=64)),
                        ("decided_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "decision",
                        "verbose_name_plural": "decisions",
                        "ordering": ["key"],
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("request", "step", "reviewer"), name="decided_once_per_step"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reviewer", models.F("requester")), _negated=True),
                                name="nobody_approves_their_own",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("verdict", "approved"), models.Q(("reason", ""), _negated=True), _connector="OR"
                                ),
                                name="refusal_has_a_reason",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApprovalWaiver",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "request",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="waivers",
                                to="collaboration.approvalrequest",
                            ),
                        ),
                        ("rule", models.CharField(max_length=100)),
                        ("reason", models.TextField()),
                        (
                            "waived_by",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("waived_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "waiver",
                        "verbose_name_plural": "waivers",
                        "ordering": ["key"],
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(fields=("request", "rule"), name="rule_waived_once"),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True), name="rule_waiver_has_a_reason"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApprovalComment",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "request",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="comments",
                                to="collaboration.approvalrequest",
                            ),
                        ),
                        (
                            "author",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("text", models.TextField()),
                        ("client_key", models.CharField(max_length=100)),
                        ("created_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "comment",
                        "verbose_name_plural": "comments",
                        "ordering": ["key"],
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(fields=("request", "client_key"), name="comment_submitted_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Coordination",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
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
                            "person",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("since", models.DateTimeField()),
                        ("until", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name": "coordination",
                        "verbose_name_plural": "coordinations",
                        "ordering": ["-key"],
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("until", None)),
                                fields=("profile",),
                                name="one_coordinator_at_a_time",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Handoff",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("subject_type", models.CharField(max_length=50)),
                        ("subject_id", models.UUIDField()),
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
                        ("summary", models.TextField(verbose_name="summary")),
                        ("facts", models.JSONField(blank=True, default=list)),
                        (
                            "from_department",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="village.department",
                            ),
                        ),
                        (
                            "to_department",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="village.department",
                            ),
                        ),
                        ("place_id", models.UUIDField(blank=True, null=True)),
                        ("place_name", models.JSONField(blank=True, default=list)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("offered", "waits to be taken"),
                                    ("accepted", "taken"),
                                    ("bounced", "sent back"),
                                    ("withdrawn", "withdrawn"),
                                    ("completed", "completed"),
                                ],
                                default="offered",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "offered_by",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("offered_at", models.DateTimeField()),
                        (
                            "answered_by",
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
                            "accepted_by",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                        ("bounce_reason", models.TextField(blank=True)),
                        ("completed_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name": "handoff",
                        "verbose_name_plural": "handoffs",
                        "ordering": ["-key"],
                        "default_permissions": ("view", "add", "change"),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "offered")),
                                fields=["to_department", "offered_at", "key"],
                                name="handoff_waiting",
                            ),
                            models.Index(fields=["to_department", "-key"], name="handoff_to"),
                            models.Index(fields=["from_department", "-key"], name="handoff_from"),
                            models.Index(fields=["offered_by", "-key"], name="handoff_offered_by"),
                            models.Index(fields=["accepted_by", "-key"], name="handoff_accepted_by"),
                            models.Index(fields=["subject_type", "subject_id", "-key"], name="handoff_subject"),
                            models.Index(fields=["profile", "-offered_at", "-key"], name="handoff_profile"),
                            models.Index(fields=["offered_at"], name="handoff_offered_at"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "offered")),
                                fields=("subject_type", "subject_id"),
                                name="handoff_offered_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("summary", ""), _negated=True), name="handoff_has_a_summary"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "bounced"), _negated=True),
                                    models.Q(("bounce_reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="bounce_has_a_reason",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("answered_at", None), ("state", "offered")),
                                    models.Q(
                                        models.Q(("state", "offered"), _negated=True), ("answered_at__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="handoff_answered_has_its_time",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Mention",
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
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="mentions",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "author",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("subject_type", models.CharField(max_length=50)),
                        ("subject_id", models.UUIDField()),
                        ("note_id", models.UUIDField()),
                        ("excerpt", models.CharField(max_length=300)),
                        ("created_at", models.DateTimeField()),
                        ("seen_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name": "mention",
                        "verbose_name_plural": "mentions",
                        "ordering": ["-key"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("seen_at", None)), fields=["person", "-key"], name="mention_unseen"
                            ),
                            models.Index(fields=["subject_type", "subject_id"], name="mention_subject"),
                        ],
                        "constraints": [models.UniqueConstraint(fields=("note_id", "person"), name="mentioned_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Note",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
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
                            "author",
                            models.ForeignKey(
                                db_index=False,
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
                        ("text", models.TextField(verbose_name="note")),
                        ("client_key", models.CharField(blank=True, max_length=100, null=True)),
                        ("created_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "note",
                        "verbose_name_plural": "notes",
                        "ordering": ["-key"],
                        "default_permissions": ("view", "add"),
                        "indexes": [
                            models.Index(fields=["profile", "-created_at", "-key"], name="person_note_profile")
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("author", "client_key"), name="person_note_submitted_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Notification",
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
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="notifications",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("kind", models.CharField(max_length=60)),
                        ("title", models.CharField(max_length=300)),
                        ("text", models.TextField(blank=True)),
                        ("url", models.CharField(blank=True, max_length=500)),
                        ("dedupe_key", models.CharField(blank=True, max_length=200, null=True)),
                        ("created_at", models.DateTimeField()),
                        ("seen_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "mail",
                            models.CharField(
                                choices=[
                                    ("none", "not by e-mail"),
                                    ("now", "by e-mail at once"),
                                    ("digest", "in the daily e-mail"),
                                    ("sent", "sent by e-mail"),
                                    ("failed", "e-mail failed"),
                                ],
                                default="none",
                                max_length=10,
                            ),
                        ),
                        ("mail_at", models.DateTimeField(blank=True, null=True)),
                        ("mail_attempts", models.PositiveSmallIntegerField(default=0)),
                        ("emailed_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name": "notification",
                        "verbose_name_plural": "notifications",
                        "ordering": ["-key"],
                        "default_permissions": (),
                        "indexes": [
                            models.Index(fields=["person", "-key"], name="notification_person"),
                            models.Index(
                                condition=models.Q(("seen_at", None)), fields=["person"], name="notification_unseen"
                            ),
                            models.Index(
                                condition=models.Q(("mail__in", ["now", "digest"])),
                                fields=["mail_at"],
                                name="notification_mail",
                            ),
                        ],
                        "constraints": [models.UniqueConstraint(fields=("person", "dedupe_key"), name="notified_once")],
                    },
                ),
                migrations.CreateModel(
                    name="NotificationPreference",
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
                        ("kind", models.CharField(max_length=60)),
                        (
                            "delivery",
                            models.CharField(
                                choices=[
                                    ("email", "On the page and by e-mail"),
                                    ("digest", "On the page and in one daily e-mail"),
                                    ("page", "On the page only"),
                                    ("none", "Not at all"),
                                ],
                                max_length=10,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "notification preference",
                        "verbose_name_plural": "notification preferences",
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(fields=("person", "kind"), name="one_preference_per_kind")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Task",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("title", models.CharField(max_length=200, verbose_name="what")),
                        ("text", models.TextField(blank=True, verbose_name="details")),
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
                        ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="due")),
                        ("subject_type", models.CharField(blank=True, max_length=50)),
                        ("subject_id", models.UUIDField(blank=True, null=True)),
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
                        (
                            "created_by",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("created_at", models.DateTimeField()),
                        ("client_key", models.CharField(blank=True, max_length=100, null=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[("open", "open"), ("done", "done"), ("cancelled", "cancelled")],
                                default="open",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("done_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "done_by",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("reminded_at", models.DateTimeField(blank=True, null=True)),
                        ("escalated_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "escalated_to",
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
                        "verbose_name": "task",
                        "verbose_name_plural": "tasks",
                        "ordering": ["-key"],
                        "default_permissions": ("view", "add", "change"),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "open")),
                                fields=["assignee", "due_at", "key"],
                                name="task_assignee",
                            ),
                            models.Index(
                                condition=models.Q(("state", "open")),
                                fields=["department", "due_at", "key"],
                                name="task_department",
                            ),
                            models.Index(
                                condition=models.Q(("state", "open")), fields=["escalated_to"], name="task_escalated"
                            ),
                            models.Index(condition=models.Q(("state", "open")), fields=["due_at"], name="task_due"),
                            models.Index(fields=["created_by", "-key"], name="task_creator"),
                            models.Index(fields=["subject_type", "subject_id"], name="task_subject"),
                            models.Index(fields=["profile", "-created_at", "-key"], name="task_profile"),
                            models.Index(fields=["assignee", "-done_at"], name="task_done"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("assignee__isnull", False), ("department__isnull", False), _connector="OR"
                                ),
                                name="task_belongs_to_somebody",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("done_at", None), ("state", "open")),
                                    models.Q(models.Q(("state", "open"), _negated=True), ("done_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="task_done_has_its_time",
                            ),
                            models.UniqueConstraint(fields=("created_by", "client_key"), name="task_submitted_once"),
                        ],
                    },
                ),
            ]
        ),
    ]
