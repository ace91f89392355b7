"""Resolutions a second under contention: eight processes ask for the same new addresses in the same order.

A third of the addresses are numbers that half of the processes write without their ninth digit, a third are mailboxes
of which each process uses a tag of its own. Beside the same rows inserted bare through psycopg, ``ON CONFLICT DO
NOTHING``, one commit each. The bench does not count as done when an address, a number or a mailbox has not exactly one
profile.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from benchmarks.figures import Figure, WorkNotDone, figure
from benchmarks.services import services

PROCESSES = 8
PEOPLE = int(2_000 * float(os.environ.get("BENCH_SCALE", "1")))
PATIENCE = 300.0
_BARE = """
WITH made AS (
    INSERT INTO bare_identity (key, profile_id, kind, scope, address, address_norm, alias, leads, preferred, valid_from,
        evidence, closed_reason)
    VALUES (%(key)s, %(profile)s, %(kind)s, '', %(norm)s, %(norm)s, '', false, false, now(), '{}', '')
    ON CONFLICT DO NOTHING RETURNING profile_id
)
INSERT INTO bare_profile (key, name, language, time_zone, country, place, created_at, attributes, tags, lifecycle)
SELECT profile_id, '', '', '', '', '', now(), '{}', '{}', '' FROM made
"""


def run() -> Iterator[Figure]:
    """Let them ask, count what came of it, and do the same bare."""
    with services():
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE bare_identity (LIKE profiles_identity INCLUDING ALL)")
            cursor.execute("CREATE TABLE bare_profile (LIKE profiles_profile INCLUDING ALL)")
        rate = _at_once(_resolving)
        _check()
        reference = _at_once(_inserting)
    asked = PROCESSES * PEOPLE
    work = f"{asked:,} resolutions of {PEOPLE:,} new people by {PROCESSES} processes at once, each a commit, fsync on"
    yield figure("resolve", rate, "resolutions/s", reference=reference, work=f"{work}; reference: bare inserts")


def spelling(person: int, process: int) -> tuple[str, str]:
    """How a process writes somebody's address."""
    if person % 3 == 0:
        return "email", f"person{person}@customer.example"
    if person % 3 == 1:
        return "email", f"person{person}+{process}@gmail.com"
    digits = f"{80_000_000 + person}"
    return "phone", f"+5531{'' if process % 2 else '9'}{digits}"


def _at_once(work: Callable[[int, Any], None]) -> float:
    """Begin together in every process; return how many were done a second."""
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(PROCESSES + 1)
    running = [context.Process(target=work, args=(number, start)) for number in range(PROCESSES)]
    for process in running:
        process.start()
    start.wait(PATIENCE)
    began_at = time.perf_counter()
    for process in running:
        process.join(PATIENCE)
    seconds = time.perf_counter() - began_at
    if any(process.exitcode != 0 for process in running):
        raise WorkNotDone(f"processes ended with {[process.exitcode for process in running]}")
    return PROCESSES * PEOPLE / seconds


def _resolving(number: int, start: Any) -> None:
    import django

    django.setup()
    from django.db import connection

    from engagement.events.wake import relayed_inline
    from engagement.profiles.actions.resolve import resolve
    from engagement.realtime.topics import gathered_pokes

    connection.ensure_connection()
    start.wait(PATIENCE)
    now = datetime.now(UTC)
    with relayed_inline(), gathered_pokes():  # as a worker that reads what came in
        for person in range(PEOPLE):
            kind, address = spelling(person, number)
            resolve(kind=kind, address=address, now=now)


def _inserting(number: int, start: Any) -> None:
    import psycopg

    from engagement.keys import new_key

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection, connection.cursor() as cursor:
        start.wait(PATIENCE)
        for person in range(PEOPLE):
            kind, norm = spelling(person, number)
            values = {"key": new_key(), "profile": new_key(), "kind": kind, "norm": norm}
            cursor.execute(_BARE, values, prepare=True)


def _check() -> None:
    from engagement.events.models import OutboxEvent
    from engagement.profiles.aliases import alias_of
    from engagement.profiles.models import Identity, Profile

    whose: dict[str, set[Any]] = {}
    for kind, norm, profile in Identity.objects.values_list("kind", "address_norm", "profile_id"):
        whose.setdefault(alias_of(kind, norm) or norm, set()).add(profile)
    twice = sum(len(profiles) != 1 for profiles in whose.values())
    spellings = len({spelling(person, process) for person in range(PEOPLE) for process in range(PROCESSES)})
    counted = {
        "addresses with several profiles": (twice, 0),
        "numbers and mailboxes": (len(whose), PEOPLE),
        "profiles": (Profile.objects.count(), PEOPLE),
        "identities": (Identity.objects.count(), spellings),
        "profiles told of": (OutboxEvent.objects.filter(name="profiles.profile_created").count(), PEOPLE),
    }
    wrong = {name: both for name, both in counted.items() if both[0] != both[1]}
    if wrong:
        raise WorkNotDone(f"counted (found, expected): {wrong}")
