"""Rows of evidence no longer hold sentences in the language of whoever counted: old ones lose theirs until the next
count, a quarter of an hour later. ``campaign.deals`` was a number of people and is a share now: it begins anew.
"""

from django.db import migrations

CUT = """
UPDATE operations_answer SET evidence = (
    SELECT COALESCE(jsonb_agg(jsonb_set(row, '{1}', '""') ORDER BY place), '[]'::jsonb)
    FROM jsonb_array_elements(evidence) WITH ORDINALITY AS rows (row, place)
) WHERE jsonb_array_length(evidence) > 0
"""


class Migration(migrations.Migration):
    dependencies = [("operations", "0004_let_an_erasure_cut_addresses")]
    operations = [
        migrations.RunSQL(CUT, migrations.RunSQL.noop),
        migrations.RunSQL("DELETE FROM operations_answer WHERE item = 'campaign.deals'", migrations.RunSQL.noop),
        migrations.RunSQL("DELETE FROM operations_target WHERE item = 'campaign.deals'", migrations.RunSQL.noop),
    ]
