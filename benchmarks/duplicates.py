"""How many new people a second are compared with everybody who may be them, after an import of 1,000,000.

Beside the search by trigrams of the whole name alone, sent bare through psycopg and given up after 1.5 s for one
person, as it was done before. ``BENCH_SCALE=0.01`` makes everything smaller. The bench does not count as done when the
pairs that were put among them are not proposed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.figures import Figure, WorkNotDone, figure
from benchmarks.search_rows import fill
from benchmarks.services import services

SCALE = float(os.environ.get("BENCH_SCALE", "1"))
PEOPLE, COMPANIES = int(1_000_000 * SCALE), int(20_000 * SCALE)
SECONDS = 20.0
NAIVE = 20  # people
_ALIKE = """
SELECT same.key FROM profiles_profile same
WHERE profiles_plain(same.name) %%> profiles_plain(%(name)s) AND same.canonical_id IS NULL AND same.key <> %(key)s
ORDER BY similarity(profiles_plain(same.name), profiles_plain(%(name)s)) DESC, same.key LIMIT 20
"""
# Ten people who were met first are there twice: with the same name and place.
_TWICE = """
INSERT INTO profiles_profile (key, name, language, time_zone, country, place, created_at)
SELECT ('018e0000-0000-7000-8000-' || lpad(number::text, 12, '0'))::uuid, name, '', '', '', 'Olinda', now()
FROM (SELECT name, row_number() OVER (ORDER BY key) AS number FROM profiles_profile ORDER BY key LIMIT 10) first
"""
_PLACE = (
    "UPDATE profiles_profile SET place = 'Olinda' WHERE key IN (SELECT key FROM profiles_profile ORDER BY key LIMIT 20)"
)


def run() -> Iterator[Figure]:
    """Fill the tables, look for some seconds, then do the same by trigrams."""
    with services():
        from django.conf import settings
        from django.db import connection
        from django.utils import timezone

        settings.DEBUG = False
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")
            fill(cursor, people=PEOPLE, companies=COMPANIES)
            cursor.execute(_TWICE)
            cursor.execute(_PLACE)
            cursor.execute("VACUUM (ANALYZE)")
            cursor.execute("SELECT key, name FROM profiles_profile ORDER BY md5(key::text) LIMIT %s", [NAIVE])
            people = cursor.fetchall()
        from engagement.profiles.actions.propose import look_at_new
        from engagement.profiles.models import MergeProposal

        began = time.perf_counter()
        looked = look_at_new(now=timezone.now(), seconds=SECONDS)
        each = looked / (time.perf_counter() - began)
        found = MergeProposal.objects.filter(low__lt="018e1000-0000-7000-8000-000000000000").count()
        if found < 10:
            raise WorkNotDone(f"of 10 people who are there twice {found} were proposed")
        work = f"{PEOPLE:,} people; reference: trigrams of the name, given up after 1.5 s"
        yield figure("duplicates.looked", each, "people/s", reference=_naive(people), work=work)


def _naive(people: list[tuple[Any, str]]) -> float:
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 1500")
        cursor.execute("SET pg_trgm.word_similarity_threshold = 0.6")
        began = time.perf_counter()
        for key, name in people:
            try:
                cursor.execute(_ALIKE, {"key": key, "name": name})
                cursor.fetchall()
            except psycopg.errors.QueryCanceled:
                continue
        return len(people) / (time.perf_counter() - began)
