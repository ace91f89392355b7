"""Server time of the list, the thread and the counts over 1,000,000 conversations and 5,000,000 messages.

Beside the same SQL sent bare through psycopg in the same run. ``BENCH_SCALE=0.01`` makes everything smaller. The bench
does not count as done when a query scans one of the large tables, or when a page's queries are not always as many.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from benchmarks.figures import Figure, WorkNotDone, figure
from benchmarks.inbox_rows import Desk, fill
from benchmarks.services import services

SCALE = float(os.environ.get("BENCH_SCALE", "1"))
REQUESTS = 400
LARGE = (
    "conversations_conversation",
    "conversations_message",
    "conversations_endpoint",
    "conversations_readmark",
    "profiles_profile",
    "profiles_identity",
)


@dataclass(frozen=True, slots=True)
class Request:
    """One page that one agent opens. ``kind`` groups those whose queries must be equally many."""

    kind: str
    ask: Callable[[], object]


def run() -> Iterator[Figure]:
    """Fill the tables, then open pages as 40 agents do, in random order."""
    with services():
        from django.conf import settings

        settings.DEBUG = False  # otherwise Django keeps every statement
        desk = fill(conversations=int(1_000_000 * SCALE), messages=int(5_000_000 * SCALE))
        work = f"{desk.conversations:,} conversations, {desk.messages:,} messages, {REQUESTS} requests of 40 agents"
        for name, requests in (("list", _lists(desk)), ("thread", _threads(desk)), ("counts", _counts(desk))):
            for request in requests[:20]:
                request.ask()
            ours = [_timed(request.ask) for request in requests]
            asked = [_statements(request) for request in requests[::6]]
            _check_number(name, asked)
            statements = [group for _kind, group in asked]
            _check_plans(name, [sql for group in statements for sql in group])
            bare = _bare(statements)
            for label, rank in (("p50", 50), ("p95", 95)):
                queries = max(len(group) for group in statements)
                yield figure(
                    f"inbox_page.{name}.{label}",
                    _percentile(ours, rank),
                    "ms",
                    reference=_percentile(bare, rank),
                    work=f"{work}; at most {queries} queries; reference: their SQL alone",
                )


def _lists(desk: Desk) -> list[Request]:
    from conversations.models import Queue
    from conversations.selectors import inbox_list

    dice = random.Random(1)
    own = {user.pk: [f"queue:{queue.slug}" for queue in Queue.objects.worked_by(user)] for user in desk.agents}
    pages = []
    for number in range(REQUESTS):
        user = dice.choice(desk.agents)
        views = [*inbox_list.VIEWS, *own[user.pk][:4]]
        view = views[number % len(views)]
        order = dice.choice(["newest", "newest", "due"])
        cursor = ""
        if dice.random() < 0.5:
            cursor = inbox_list.page(user=user, view=view, order=order, now=desk.now).next_cursor
        given = {"user": user, "view": view, "order": order, "cursor": cursor, "now": desk.now}
        kind = f"{view.partition(':')[0]} {order} {'behind' if cursor else 'first'}"
        pages.append(Request(kind, lambda given=given: inbox_list.page(**given)))
    return pages


def _threads(desk: Desk) -> list[Request]:
    from conversations.models import Conversation
    from conversations.selectors import rail, thread

    def open_thread(user: Any, key: Any, before: int | None) -> None:
        conversation = Conversation.objects.visible_to(user).select_related("endpoint", "channel").get(pk=key)
        thread.page(conversation=conversation, user=user, before_seq=before, now=desk.now)
        rail.facts(conversation=conversation, user=user)

    dice = random.Random(2)
    pages = []
    for number in range(REQUESTS):
        user = dice.choice(desk.agents[::4])  # who works in every queue
        key = dice.choice(desk.busy if number % 4 == 0 else desk.ordinary)
        before = 60 if number % 8 == 0 else None
        pages.append(Request("thread", lambda u=user, k=key, b=before: open_thread(u, k, b)))
    return pages


def _counts(desk: Desk) -> list[Request]:
    from conversations.selectors import counts

    dice = random.Random(3)
    people = [dice.choice(desk.agents) for _ in range(REQUESTS)]
    now = desk.now + timedelta(seconds=1)
    return [Request("counts", lambda user=user: counts.for_person(user, now=now)) for user in people]


def _timed(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


def _percentile(times: list[float], rank: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[rank - 1]


def _statements(request: Request) -> tuple[str, list[str]]:
    """Ask once more; return the kind of page that came (an empty one needs fewer queries) and the SQL that was sent."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        page = request.ask()
    kind = f"{request.kind} empty" if getattr(page, "rows", None) == [] else request.kind
    return kind, [query["sql"] for query in captured.captured_queries]


def _check_number(name: str, asked: list[tuple[str, list[str]]]) -> None:
    """A page of one kind sends the same number of queries, whatever stands on it."""
    numbers: dict[str, set[int]] = {}
    for kind, statements in asked:
        numbers.setdefault(kind, set()).add(len(statements))
    uneven = {kind: sorted(found) for kind, found in numbers.items() if len(found) > 1 and " due " not in kind}
    if uneven:
        raise WorkNotDone(f"{name}: the number of queries differs between requests of one kind: {uneven}")


def _check_plans(name: str, statements: list[str]) -> None:
    """No large table is read from end to end."""
    from django.db import connection

    for sql in dict.fromkeys(statements):
        if not sql.lstrip(" \n(").upper().startswith(("SELECT", "WITH")):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql.replace('%', '%%')}", [])
            plan = cursor.fetchone()[0][0]["Plan"]
        for node in _nodes(plan):
            if node["Node Type"].endswith("Seq Scan") and node.get("Relation Name") in LARGE and SCALE >= 0.05:
                raise WorkNotDone(f"{name}: {node['Relation Name']} is read from end to end by: {sql}")


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _bare(statements: list[list[str]]) -> list[float]:
    """Time the same statements, without Django and Python around them."""
    import psycopg

    times = []
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection, connection.cursor() as cursor:
        for group in statements * max(1, REQUESTS // len(statements)):
            began = time.perf_counter()
            for sql in group:
                cursor.execute(sql.encode())
                cursor.fetchall()
            times.append((time.perf_counter() - began) * 1000)
    return times
