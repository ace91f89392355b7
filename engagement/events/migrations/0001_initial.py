import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import engagement.keys
from engagement.migration_operations import CreateModels


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL("CREATE SEQUENCE events_position", "DROP SEQUENCE events_position"),
        CreateModels(
            [
                migrations.CreateModel(
                    name="Lease",
                    fields=[
                        ("name", models.CharField(max_length=200, primary_key=True, serialize=False)),
                        ("owner", models.CharField(max_length=200)),
                        ("acquired_at", models.DateTimeField()),
                        ("renewed_at", models.DateTimeField()),
                        ("expires_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "lease",
                        "verbose_name_plural": "leases",
                    },
                ),
                migrations.CreateModel(
                    name="OutboxEvent",
                    fields=[
                        (
                            "key",
                            models.UUIDField(
                                default=engagement.keys.new_key, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "position",
                            models.BigIntegerField(
                                db_default=django.db.models.expressions.RawSQL("nextval('events_position')", ()),
                                editable=False,
                            ),
                        ),
                        ("name", models.CharField(max_length=100)),
                        ("subject", models.CharField(max_length=500)),
                        ("payload", models.BinaryField()),
                        ("occurred_at", models.DateTimeField()),
                        (
                            "status",
                            models.CharField(
                                choices=[("pending", "pending"), ("done", "done"), ("dead", "dead")],
                                default="pending",
                                max_length=8,
                            ),
                        ),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("next_attempt_at", models.DateTimeField()),
                        ("last_error", models.TextField(blank=True, default="")),
                        ("done_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name": "event",
                        "verbose_name_plural": "events",
                        "ordering": ["position"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status", "pending")), fields=["position"], name="outbox_pending"
                            ),
                            models.Index(
                                condition=models.Q(("status", "pending")),
                                fields=["subject", "position"],
                                name="outbox_subject_pending",
                            ),
                            models.Index(
                                condition=models.Q(("status", "dead")), fields=["position"], name="outbox_dead"
                            ),
                            models.Index(
                                condition=models.Q(("status", "done")), fields=["done_at"], name="outbox_done"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EventReceipt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "event",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="receipts",
                                to="events.outboxevent",
                            ),
                        ),
                        ("subscriber", models.CharField(max_length=200)),
                        ("handled_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "event receipt",
                        "verbose_name_plural": "event receipts",
                        "constraints": [
                            models.UniqueConstraint(fields=("event", "subscriber"), name="event_handled_once")
                        ],
                    },
                ),
            ]
        ),
    ]
