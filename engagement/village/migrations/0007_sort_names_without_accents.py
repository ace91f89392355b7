"""A function that names are ordered by: case and accents do not count, also in a database with the C collation."""

from django.contrib.postgres.operations import UnaccentExtension
from django.db import migrations

import engagement.sorting

# unaccent() is only STABLE because its dictionary could change; ours does not, and an index needs IMMUTABLE.
MAKE = """
CREATE OR REPLACE FUNCTION engagement_sort_key(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT lower(public.unaccent('public.unaccent'::regdictionary, normalize(said, NFC)))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("village", "0006_keep_addresses_in_small_letters")]

    operations = [
        UnaccentExtension(),
        migrations.RunSQL(MAKE, "DROP FUNCTION engagement_sort_key(text)"),
        migrations.AlterModelOptions(
            name="user",
            options={
                "ordering": [engagement.sorting.SortKey("name"), "key"],
                "verbose_name": "person",
                "verbose_name_plural": "people",
            },
        ),
        migrations.AlterModelOptions(
            name="department",
            options={
                "ordering": [engagement.sorting.LocalizedSortKey("name", "name_pt"), "key"],
                "verbose_name": "department",
                "verbose_name_plural": "departments",
            },
        ),
    ]
