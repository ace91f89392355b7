"""Keep when a profile itself was heard of and written to, so that whoever is taken apart gets exactly their own times."""

from django.db import migrations, models

# Those into whom others were put before: what they knew before the first. Everybody else's are set by a merge.
_KNOWN = """
UPDATE profiles_profile kept SET
    heard_itself_at = CASE WHEN first.facts ? 'last_heard_at'
        THEN (first.facts -> 'last_heard_at' ->> 0)::timestamptz ELSE kept.last_heard_at END,
    written_itself_at = CASE WHEN first.facts ? 'last_written_at'
        THEN (first.facts -> 'last_written_at' ->> 0)::timestamptz ELSE kept.last_written_at END
FROM (
    SELECT DISTINCT ON (kept_id) kept_id, facts FROM profiles_merge WHERE undone_at IS NULL ORDER BY kept_id, key
) first
WHERE kept.key = first.kept_id
"""


class Migration(migrations.Migration):
    dependencies = [("profiles", "0035_let_two_confirm_an_erasure")]
    operations = [
        migrations.AddField("profile", "heard_itself_at", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddField(
            "profile", "written_itself_at", models.DateTimeField(blank=True, editable=False, null=True)
        ),
        migrations.RunSQL(_KNOWN, migrations.RunSQL.noop),
    ]
