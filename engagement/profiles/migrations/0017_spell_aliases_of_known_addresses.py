"""Write down what the spellings of each known address share, and let the oldest lead.

Two people under one alias stay two: the younger row keeps its alias and does not lead, so that a merge can be proposed.
Of several preferred addresses of one kind the newest stays preferred.
"""

from django.db import migrations

_PHONES = r"""
UPDATE profiles_identity SET alias = regexp_replace(address_norm,
    '^\+55([14689][1-9]|2[12478]|3[1-578]|5[13-5]|7[13-79])([689][0-9]{7}|7[1-6][0-9]{6})$', '+55\19\2')
WHERE kind = 'phone' AND alias = ''
"""
_MAILBOXES = r"""
UPDATE profiles_identity SET alias = CASE
    WHEN address_norm ~ '@(gmail|googlemail)\.com$'
    THEN replace(regexp_replace(regexp_replace(address_norm, '@.*$', ''), '\+.*$', ''), '.', '') || '@gmail.com'
    ELSE regexp_replace(address_norm, '^([^+]+)\+.*(@[^@]+)$', '\1\2') END
WHERE kind = 'email' AND alias = '' AND address_norm !~ '^[+".]'
    AND address_norm ~ '@(gmail|googlemail|outlook|hotmail|live|icloud|me|protonmail|fastmail)\.com$|@(proton|pm)\.me$'
"""
_LEADERS = """
UPDATE profiles_identity SET leads = true WHERE key IN (
    SELECT DISTINCT ON (alias) key FROM profiles_identity
    WHERE valid_to IS NULL AND alias <> '' ORDER BY alias, key
)
"""
_PREFERRED = """
UPDATE profiles_identity SET preferred = false WHERE preferred AND valid_to IS NULL AND key NOT IN (
    SELECT DISTINCT ON (profile_id, kind) key FROM profiles_identity
    WHERE valid_to IS NULL AND preferred ORDER BY profile_id, kind, key DESC
)
"""


class Migration(migrations.Migration):
    dependencies = [("profiles", "0016_tell_kinds_and_aliases_of_addresses")]
    operations = [
        migrations.RunSQL(statement, migrations.RunSQL.noop)
        for statement in (_PHONES, _MAILBOXES, _LEADERS, _PREFERRED)
    ]
