"""Server time of a customer's timeline: one person with 10,000 interactions among 1,000,000 profiles.

They have moments of every source, and something in every panel.
Beside the same SQL sent bare through psycopg in the same run. ``BENCH_SCALE=0.01`` makes everything smaller. The bench
does not count as done when a query scans one of the large tables, when pages of one shape take different numbers of
queries, or when 95 of 100 pages take more than 60 ms.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.figures import Figure, WorkNotDone, figure
from benchmarks.inbox_rows import Desk, fill
from benchmarks.services import services
from benchmarks.statements import bare_times, check_plans, percentile
from benchmarks.timeline_rows import everything_else

SCALE = float(os.environ.get("BENCH_SCALE", "1"))
INTERACTIONS, THREADS = 10_000, 300
REQUESTS = 300
LIMIT = 60.0  # ms
LARGE = ("conversations_conversation", "conversations_message", "profiles_profile", "profiles_identity")
FILTERS = ("", "", "", "who=to-us", "who=we-said", "who=among-us", "channel=email")

_PROFILES = """
INSERT INTO profiles_profile (key, name, language, time_zone, country, place, created_at)
SELECT gen_random_uuid(), 'Person ' || n, 'en', '', '', '', now() FROM generate_series(1, %s) AS n
"""
_CONVERSATIONS = """
INSERT INTO conversations_conversation (key, endpoint_id, channel_id, profile_id, queue_id, status, title, preview,
    preview_ours, automatic, opened_at, last_activity_at, reopened_times, message_seq, version)
SELECT gen_random_uuid(), one.endpoint_id, one.channel_id, one.profile_id,
    (%(queues)s::uuid[])[1 + n %% cardinality(%(queues)s::uuid[])], 'resolved', 'Matter ' || n, '', false, false,
    %(now)s::timestamptz - n * interval '2 days', %(now)s::timestamptz - n * interval '2 days', 0, %(each)s, 0
FROM generate_series(1, %(threads)s) AS n, (
    SELECT endpoint_id, channel_id, profile_id FROM conversations_conversation WHERE key = %(like)s
) one
"""
_MESSAGES = """
INSERT INTO conversations_message (key, conversation_id, seq, kind, author_id, sender_name, sender_address, title, text,
    html, quoted_text, quoted_html, signature, remote_images, auto, detail, created_at, delivery_state, delivery_detail)
SELECT gen_random_uuid(), c.key, n, (ARRAY['received', 'reply', 'received', 'note'])[1 + n %% 4],
    CASE WHEN n %% 2 = 1 THEN %(author)s::uuid END, 'Ana', 'ana@customer.example', '',
    repeat('Where is my order, it should have come on Monday? ', 1 + n %% 9), '', '', '', '', 0, '', '{}',
    c.opened_at + n * interval '5 hours', '', ''
FROM conversations_conversation c, generate_series(1, %(each)s) AS n
WHERE c.profile_id = %(profile)s AND c.title LIKE 'Matter %%'
"""
_LAST = """
UPDATE conversations_conversation c SET last_activity_at = newest.at FROM (
    SELECT conversation_id, max(created_at) AS at FROM conversations_message GROUP BY 1
) newest WHERE newest.conversation_id = c.key AND c.profile_id = %(profile)s
"""


def run() -> Iterator[Figure]:
    """Fill the tables, then open pages of one person's timeline: the first, deep ones, and filtered ones."""
    with services():
        from django.conf import settings

        settings.DEBUG = False  # otherwise Django keeps every statement
        desk = fill(conversations=int(200_000 * SCALE), messages=int(1_000_000 * SCALE))
        person, profiles = story_of(desk, desk.ordinary[0])
        reader = _reader(desk)
        everything_else(profile=person, reader=reader, now=desk.now)
        work = f"{profiles:,} profiles, {desk.messages:,} messages, {REQUESTS} pages of one with {INTERACTIONS:,}"
        for name, ask in (("timeline", _fragments), ("timeline.page", _pages)):
            urls = ask(person, reader)
            times, queries, bare = _measure(name, urls, reader, person)
            p95 = percentile(times, 95)
            if p95 > LIMIT and SCALE >= 1:
                raise WorkNotDone(f"{name}: 95 of 100 pages take {p95:.0f} ms, more than {LIMIT:.0f}")
            for label, rank in (("p50", 50), ("p95", 95)):
                yield figure(
                    f"{name}.{label}",
                    percentile(times, rank),
                    "ms",
                    reference=percentile(bare, rank),
                    work=f"{work}; {queries} queries; reference: their SQL alone",
                )


def story_of(desk: Desk, conversation: Any) -> tuple[Any, int]:
    """Write the profiles that are missing, and 10,000 interactions of whose ``conversation`` it is.

    Return their profile, and how many profiles there are.
    """
    from django.db import connection

    from conversations.models import Conversation
    from engagement.profiles.models import Profile

    like = Conversation.objects.get(pk=conversation)
    values = {
        "queues": [queue.pk for queue in desk.queues],
        "now": desk.now,
        "each": INTERACTIONS // THREADS + 1,
        "threads": THREADS,
        "like": like.pk,
        "profile": like.profile_id,
        "author": desk.agents[0].pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PROFILES, [max(0, int(1_000_000 * SCALE) - Profile.objects.count())])
        for statement in (_CONVERSATIONS, _MESSAGES, _LAST):
            cursor.execute(statement, values)
        cursor.execute("VACUUM (ANALYZE)")
    return like.profile_id, Profile.objects.count()


def _reader(desk: Desk) -> Any:
    from engagement.village.models import Role

    reader = desk.agents[0]  # works in every queue
    reader.groups.add(Role.objects.get(slug="agent").group)
    return reader


def _fragments(person: Any, reader: Any) -> list[str]:
    """The timeline itself: its first page, places anywhere in it, with and without a filter."""
    from conversations.models import Message
    from engagement.profiles.selectors.timeline_page import text_of
    from engagement.profiles.timeline import Place

    dice = random.Random(5)
    moments = list(Message.objects.filter(conversation__profile=person).values_list("created_at", "key"))
    if len(moments) < INTERACTIONS:
        raise WorkNotDone(f"the person has {len(moments)} interactions")
    urls = []
    for number in range(REQUESTS):
        query = [dice.choice(FILTERS)]
        if number % 3:
            query.append(f"before={text_of(Place(*dice.choice(moments)))}")
        urls.append(f"/people/{person}/timeline/?{'&'.join(filter(None, query))}")
    return urls


def _pages(person: Any, reader: Any) -> list[str]:
    """The whole page of the person."""
    return [f"/people/{person}/"] * REQUESTS


def _measure(name: str, urls: list[str], reader: Any, person: Any) -> tuple[list[float], int, list[float]]:
    from django.test import Client

    from engagement.config.memory import keep_what_is_loaded

    keep_what_is_loaded()  # as a web process does
    client = Client(SERVER_NAME="localhost")
    client.force_login(reader, backend="allauth.account.auth_backends.AuthenticationBackend")

    def ask(url: str) -> None:
        headers = {"HX-Request": "true"} if "/timeline/" in url else {}
        answer = client.get(url, headers=headers)
        if answer.status_code != 200 or b'class="moment' not in answer.content:
            raise WorkNotDone(f"{url} answered {answer.status_code} and shows no moment")

    for url in urls[:20]:
        ask(url)
    times = [_timed(ask, url) for url in urls]
    sent = [_statements(ask, url) for url in urls[::10]]
    for shape, numbers in _queries_by_shape(urls[::10], sent).items():
        if len(numbers) != 1:
            raise WorkNotDone(f"{name}: the number of queries of {shape} differs: {sorted(numbers)}")
    check_plans(name, [sql for group in sent for sql in group], large=LARGE, scale=SCALE)
    return times, max(map(len, sent)), bare_times(sent, requests=REQUESTS)


def _queries_by_shape(urls: list[str], sent: list[list[str]]) -> dict[str, set[int]]:
    """How many queries the pages with one filter took, each set of them: what a filter leaves out asks nothing."""
    numbers: dict[str, set[int]] = {}
    for url, statements in zip(urls, sent, strict=True):
        shape = re.sub(r"before=[^&]*", "before", url.partition("?")[2]) or "the first page"
        numbers.setdefault(shape, set()).add(len(statements))
    return numbers


def _timed(ask: Any, url: str) -> float:
    began = time.perf_counter()
    ask(url)
    return (time.perf_counter() - began) * 1000


def _statements(ask: Any, url: str) -> list[str]:
    """Ask once more; return every statement that was sent, with its values: Django's and the prepared ones."""
    import psycopg
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from conversations import timeline

    prepared: list[str] = []
    run = timeline.run

    def spy(statement: str, values: Any) -> Any:
        prepared.append(psycopg.ClientCursor(connection.connection).mogrify(statement, values))
        return run(statement, values)

    timeline.run = spy
    try:
        with CaptureQueriesContext(connection) as captured:
            ask(url)
    finally:
        timeline.run = run
    return [query["sql"] for query in captured.captured_queries] + prepared
