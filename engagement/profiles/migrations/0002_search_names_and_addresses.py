"""Trigram indexes over names (accents and case ignored) and addresses."""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

# unaccent() is only STABLE because its dictionary could change; ours does not, and an index needs IMMUTABLE.
PLAIN = """
CREATE FUNCTION profiles_plain(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT lower(public.unaccent('public.unaccent'::regdictionary, said))
$$;
CREATE INDEX profile_name_plain ON profiles_profile USING gin (profiles_plain(name) public.gin_trgm_ops);
CREATE INDEX identity_address_plain ON profiles_identity USING gin (profiles_plain(address_norm) public.gin_trgm_ops);
"""


class Migration(migrations.Migration):
    dependencies = [("profiles", "0001_initial")]
    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        migrations.RunSQL(PLAIN, "DROP FUNCTION profiles_plain(text) CASCADE"),
    ]
