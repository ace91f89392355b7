"""People for the benches of campaigns: profiles with facts, addresses, consents, written by INSERT … SELECT."""

from __future__ import annotations

_PEOPLE = """
INSERT INTO profiles_profile (key, name, language, time_zone, country, place, attributes, tags, lifecycle,
    last_heard_at, last_written_at, created_at)
SELECT gen_random_uuid(), 'Person ' || n, (ARRAY['pt-br', 'pt-br', 'pt-br', 'en', 'es'])[1 + n %% 5],
    (ARRAY['America/Sao_Paulo', 'America/Manaus', 'Europe/Lisbon', ''])[1 + n %% 4],
    (ARRAY['BR', 'BR', 'BR', 'PT', 'US'])[1 + n %% 5],
    (ARRAY['Belo Horizonte', 'Ouro Preto', 'Vitória', 'Lisboa'])[1 + n %% 4],
    jsonb_build_object('bicycle', (ARRAY['Lavra 29', 'Pico', 'Vila', 'Serra'])[1 + n %% 4], 'rides', n %% 40,
        'club', n %% 3 = 0, 'bought-on', to_char(date '2026-01-01' + n %% 300, 'YYYY-MM-DD')),
    CASE WHEN n %% 10 = 0 THEN '{vip}'::varchar[] WHEN n %% 4 = 0 THEN '{club,news}'::varchar[] ELSE '{}' END,
    (ARRAY['lead', 'customer', 'customer', 'advocate', ''])[1 + n %% 5],
    CASE WHEN n %% 3 > 0 THEN now() - (n %% 400) * interval '1 day' END,
    CASE WHEN n %% 2 > 0 THEN now() - (n %% 200) * interval '1 day' END,
    now() - (n %% 900) * interval '1 day'
FROM generate_series(1, %s) AS n
"""
_EMAILS = """
INSERT INTO profiles_identity (key, profile_id, kind, scope, address, address_norm, preferred, valid_from)
SELECT gen_random_uuid(), key, 'email', '', replace(name, 'Person ', 'p') || '@customer.example',
    replace(name, 'Person ', 'p') || '@customer.example', true, created_at FROM profiles_profile
"""
_PHONES = """
INSERT INTO profiles_identity (key, profile_id, kind, scope, address, address_norm, preferred, valid_from)
SELECT gen_random_uuid(), key, 'phone', '', '+5531' || lpad(replace(name, 'Person ', ''), 9, '0'),
    '+5531' || lpad(replace(name, 'Person ', ''), 9, '0'), true, created_at
FROM profiles_profile WHERE lifecycle = 'customer'
"""
_CONSENTS = """
INSERT INTO profiles_consentstate (profile_id, channel, purpose, granted, basis, since)
SELECT key, channel, 'marketing', hashtext(name || channel) %% 7 <> 0,
    CASE WHEN hashtext(name || channel) %% 7 <> 0 THEN 'express' ELSE '' END, created_at
FROM profiles_profile, unnest(ARRAY['email', 'sms']) AS channel WHERE hashtext(channel || name) %% 5 <> 0
"""


def fill(people: int) -> None:
    """Write ``people`` profiles; four of five were asked for consent by each channel, six of seven of these agreed."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute(_PEOPLE, [people])
        cursor.execute(_EMAILS)
        cursor.execute(_PHONES)
        cursor.execute(_CONSENTS.replace("%%", "%"))
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("SET synchronous_commit = on")
