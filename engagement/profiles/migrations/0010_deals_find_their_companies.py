"""Write down the companies that deals were typed with, each name once, and lead the deals to them."""

from typing import Any

from django.db import migrations
from django.utils import timezone

from engagement.keys import new_key

NAMES = """
SELECT (array_agg(name ORDER BY key))[1] FROM (
    SELECT key, regexp_replace(btrim(company), '\\s+', ' ', 'g') AS name FROM profiles_deal WHERE company_id IS NULL
) AS typed WHERE name <> '' GROUP BY profiles_plain(name)
"""
WRITE = """
INSERT INTO profiles_company (key, name, country, created_at, changed_at) VALUES (%s, %s, '', %s, %s)
ON CONFLICT DO NOTHING
"""
LEAD = """
UPDATE profiles_deal deal SET company_id = company.key FROM profiles_company company
WHERE deal.company_id IS NULL AND deal.company <> ''
  AND profiles_plain(company.name) = profiles_plain(regexp_replace(btrim(deal.company), '\\s+', ' ', 'g'))
"""


def lead_to_companies(apps: Any, schema_editor: Any) -> None:
    """One company for each name that was typed, however it was accented."""
    now = timezone.now()
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(NAMES)
        names = [row[0] for row in cursor.fetchall()]
        cursor.executemany(WRITE, [(new_key(), name, now, now) for name in names])
        cursor.execute(LEAD)


class Migration(migrations.Migration):
    dependencies = [("profiles", "0009_refuse_circles_of_companies")]
    operations = [migrations.RunPython(lead_to_companies, migrations.RunPython.noop)]
