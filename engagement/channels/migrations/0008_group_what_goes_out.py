"""Let campaigns' messages be held, approved and counted together; remember when something was handed over."""

from django.db import migrations, models
from django.db.models import Q

STATES = [
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
]
# One row for each (group, state) that a statement changed, however many messages it changed.
COUNTS = """
CREATE FUNCTION engagement_channels_count_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO engagement_channels_groupcount (group_id, state, delta)
    SELECT group_id, state, count(*) FROM added WHERE group_id IS NOT NULL GROUP BY group_id, state;
    RETURN NULL;
END $$;
CREATE FUNCTION engagement_channels_count_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO engagement_channels_groupcount (group_id, state, delta)
    SELECT group_id, state, sum(delta) FROM (
        SELECT group_id, state, 1 AS delta FROM added UNION ALL SELECT group_id, state, -1 FROM gone
    ) AS moved WHERE group_id IS NOT NULL GROUP BY group_id, state HAVING sum(delta) <> 0;
    RETURN NULL;
END $$;
CREATE FUNCTION engagement_channels_count_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO engagement_channels_groupcount (group_id, state, delta)
    SELECT group_id, state, -count(*) FROM gone WHERE group_id IS NOT NULL GROUP BY group_id, state;
    RETURN NULL;
END $$;
CREATE TRIGGER transmission_count_added AFTER INSERT ON engagement_channels_transmission
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION engagement_channels_count_added();
CREATE TRIGGER transmission_count_moved AFTER UPDATE ON engagement_channels_transmission
    REFERENCING NEW TABLE AS added OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION engagement_channels_count_moved();
CREATE TRIGGER transmission_count_gone AFTER DELETE ON engagement_channels_transmission
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION engagement_channels_count_gone();
"""
FORGET = """
DROP FUNCTION engagement_channels_count_added() CASCADE;
DROP FUNCTION engagement_channels_count_moved() CASCADE;
DROP FUNCTION engagement_channels_count_gone() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("engagement_channels", "0007_judge_old_mail_by_its_date")]
    operations = [
        migrations.AddField("transmission", "group_id", models.UUIDField(blank=True, null=True)),
        migrations.AddField(
            "transmission", "content_hash", models.CharField(blank=True, db_default="", default="", max_length=64)
        ),
        migrations.AddField(
            "transmission", "locale", models.CharField(blank=True, db_default="", default="", max_length=10)
        ),
        migrations.AddField("transmission", "handed_at", models.DateTimeField(blank=True, null=True)),
        migrations.CreateModel(
            name="Group",
            fields=[
                ("key", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("cap", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("cap_days", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("quiet", models.BooleanField(db_default=False, default=False)),
                ("held_at", models.DateTimeField(blank=True, null=True)),
                ("hold_reason", models.CharField(blank=True, db_default="", default="", max_length=50)),
            ],
            options={
                "verbose_name": "group of messages",
                "verbose_name_plural": "groups of messages",
                "ordering": ["-key"],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(condition=Q(cap=0) | Q(cap_days__gt=0), name="group_cap_has_days"),
                    models.CheckConstraint(
                        condition=Q(held_at__isnull=False) | Q(hold_reason=""), name="group_reason_only_when_held"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GroupCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("group_id", models.UUIDField()),
                ("state", models.CharField(choices=STATES, max_length=12)),
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
        migrations.RunSQL(COUNTS, FORGET),
    ]
