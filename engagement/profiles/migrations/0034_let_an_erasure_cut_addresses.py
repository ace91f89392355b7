"""Tell whether a text is what it was but for parts that became "[erased]"; other rooms let an erasure do only that."""

from django.db import migrations

# A text of 200 letters or more may have lost its end to the length of its column.
FUNCTION = r"""
CREATE FUNCTION profiles_only_cut(before text, after text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT after = before OR before LIKE
        replace(replace(replace(replace(after, '\', '\\'), '%', '\%'), '_', '\_'), '[erased]', '%')
        || CASE WHEN length(after) >= 200 THEN '%' ELSE '' END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("profiles", "0033_find_companies_by_misspelt_words")]
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION profiles_only_cut(text, text)")]
