"""System of record, retention and Portuguese choices of attributes; when each value was last changed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0027_an_erasure_runs_or_is_done"),
    ]

    operations = [
        migrations.AddField(
            model_name="attributedefinition",
            name="choices_pt",
            field=models.JSONField(blank=True, db_default={}, default=dict, verbose_name="choices in Portuguese"),
        ),
        migrations.AddField(
            model_name="attributedefinition",
            name="retention_days",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="So many days after it was last changed, what is known is forgotten by itself. Empty: kept.",
                null=True,
                verbose_name="kept for days",
            ),
        ),
        migrations.AddField(
            model_name="attributedefinition",
            name="retired_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="retired"),
        ),
        migrations.AddField(
            model_name="attributedefinition",
            name="system_of_record",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Where this comes from, and which is right when two differ: the CRM, the shop, the person.",
                max_length=100,
                verbose_name="system of record",
            ),
        ),
        migrations.AddField(
            model_name="profile",
            name="attributes_at",
            field=models.JSONField(blank=True, db_default={}, default=dict, editable=False),
        ),
        migrations.AddConstraint(
            model_name="attributedefinition",
            constraint=models.CheckConstraint(
                condition=models.Q(("retention_days", None), ("retention_days__gte", 1), _connector="OR"),
                name="attribute_is_kept_a_day",
            ),
        ),
    ]
