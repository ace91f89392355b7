"""Erasing one person among 200,000 profiles and 1,000,000 messages, from the confirmation to the last swept table.

The person has as many messages as a good customer, and stands in letters of others and in notes of colleagues. Beside a
bare sequential scan of the same tables for one address, row by row as text, in the same run: what anybody must read at
least once. The bench does not count as done when an address of the person is found afterwards. ``BENCH_SCALE=0.02``
makes everything smaller.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.figures import Figure, WorkNotDone, figure
from benchmarks.inbox_rows import fill
from benchmarks.services import services

SCALE = float(os.environ.get("BENCH_SCALE", "1"))
ADDRESS, NAME = "bia.quirino@falcao.example", "Beatriz Falcão Quirino"
OTHERS = 1_000  # messages of others that name their address
_PEOPLE = """
INSERT INTO profiles_profile (key, name, language, time_zone, country, place, created_at)
SELECT gen_random_uuid(), 'Ana Prado ' || n, 'en', '', 'BR', '', now() FROM generate_series(1, %(missing)s) AS n
"""
_THEIRS = """
WITH theirs AS (SELECT key FROM conversations_conversation ORDER BY key LIMIT 40)
UPDATE conversations_conversation SET profile_id = %(profile)s WHERE key IN (SELECT key FROM theirs)
"""
_NAMED = """
UPDATE conversations_message SET text = text || ' Ask ' || %(address)s WHERE key IN (
    SELECT key FROM conversations_message ORDER BY key LIMIT %(most)s
)
"""


def run() -> Iterator[Figure]:
    """Fill the tables, scan them bare, erase."""
    with services():
        from django.conf import settings

        settings.DEBUG = False
        request, counted = _filled()
        bare = _bare()
        took, steps = _erased(request)
        if found := _scan():
            raise WorkNotDone(f"{found} rows still name the address")
        slowest = max(steps, key=lambda name: steps[name])
        work = (
            f"{counted}; {len(steps)} steps, the slowest {slowest} {steps[slowest]:.1f} s; "
            "reference: a bare sequential scan of the same tables for one address"
        )
        yield figure("erasure.whole", took, "s", reference=bare, work=work)
        yield figure(
            "erasure.sweep", steps["sweep"], "s", reference=bare, work="of it the last step, which reads every table"
        )
        yield figure(
            "erasure.hidden",
            steps["addresses"],
            "s",
            reference=bare,
            work="of it the first step: from its end on nobody finds the person by an address",
        )


def _filled() -> tuple[Any, str]:
    """Write the desk, the people, and one of them with all that is theirs; return the request and what there is."""
    from django.db import connection

    from conversations.models import Message
    from engagement.profiles.actions.resolve import resolve
    from engagement.profiles.models import Profile
    from engagement.profiles.rights import answering
    from engagement.profiles.rights.filing import file_request
    from engagement.village.models import User

    fill(conversations=int(50_000 * SCALE), messages=int(1_000_000 * SCALE))
    now = datetime.now(UTC)
    counselor = User.objects.create_superuser("otavio@pedralva.example", "a long enough password", name="Otávio")
    person = resolve(kind="email", address=ADDRESS, name=NAME, now=now).profile
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"missing": max(0, int(200_000 * SCALE) - Profile.objects.count())})
        cursor.execute(_THEIRS, {"profile": person.pk})
        cursor.execute(_NAMED, {"address": ADDRESS, "most": OTHERS})
        cursor.execute("VACUUM (ANALYZE)")
    facts = {"via": "email", "words": f"From {ADDRESS}", "received_at": now, "actor": counselor, "now": now}
    request = file_request(profile_id=person.pk, kind="erasure", **facts)
    answering.verify(request_id=request.pk, how="Known", actor=counselor, now=now)
    theirs = Message.objects.filter(conversation__profile=person).count()
    return request, (
        f"{Profile.objects.count():,} profiles, {Message.objects.count():,} messages, {theirs:,} of them theirs, "
        f"{OTHERS:,} of others name them"
    )


def _erased(request: Any) -> tuple[float, dict[str, float]]:
    """Erase, step by step as the task does; return the seconds of all, and of each step."""
    from engagement.profiles.models import Erasure
    from engagement.profiles.rights import erasing

    began = time.perf_counter()
    row = erasing.begin(request_id=request.pk, actor=_counselor(), now=datetime.now(UTC))
    steps: dict[str, float] = {}
    real = erasing._do

    def timed(key: Any, step: str, now: datetime) -> None:
        at = time.perf_counter()
        real(key, step, now)
        steps[step] = time.perf_counter() - at

    erasing._do = timed
    try:
        done = erasing.run(key=row.pk, now=datetime.now(UTC) + timedelta(seconds=1))
    finally:
        erasing._do = real
    took = time.perf_counter() - began
    if not done:
        raise WorkNotDone(f"not erased: {Erasure.objects.get(pk=row.pk).error or 'it waits'}")
    return took, steps


def _counselor() -> Any:
    from engagement.village.models import User

    return User.objects.get(email="otavio@pedralva.example")


def _tables() -> list[str]:
    from engagement.profiles.rights import sweeping

    return sorted({model._meta.db_table for model, _field in sweeping.columns()})


def _bare() -> float:
    """Read each table once, each row as one text, for one address; the second time, when what fits is in memory."""
    _scan()
    began = time.perf_counter()
    _scan()
    return time.perf_counter() - began


def _scan() -> int:
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        found = 0
        for table in _tables():
            cursor.execute(f'SELECT count(*) FROM "{table}" one WHERE one::text ILIKE %s', [f"%{ADDRESS}%"])
            found += cursor.fetchone()[0]
    return found
