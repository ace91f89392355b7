"""Server time of the list, the thread and the counts over 1,000,000 conversations and 5,000,000 messages.

Beside the same SQL sent bare through psycopg in the same run. ``BENCH_SCALE=0.01`` makes everything smaller. The bench
does not count as done when a query scans one of the large tables, or when a page's queries are not always as many.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from benchmarks.figures import Figure, WorkNotDone, figure
from benchmarks.inbox_rows import Desk, fill
from benchmarks.services import services
from benchmarks.statements import bare_times, check_plans, percentile

if TYPE_CHECKING:
    from django.http import HttpResponse

Browser = Callable[[str, str], "HttpResponse"]
SCALE = float(os.environ.get("BENCH_SCALE", "1"))
REQUESTS = 400
SAMPLE = 7  # of how many requests one's statements are looked at; shares no divisor with the number of views
EMPTY_PARTS = 2
_CONVERSATION = re.compile(rb"/inbox/[^/\"]+/[0-9a-f-]{36}/")
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
    ask: Callable[[], Any]


def run() -> Iterator[Figure]:
    """Fill the tables, then open pages as 40 agents do, in random order."""
    with services():
        from django.conf import settings

        settings.DEBUG = False  # otherwise Django keeps every statement
        desk = fill(conversations=int(1_000_000 * SCALE), messages=int(5_000_000 * SCALE))
        work = f"{desk.conversations:,} conversations, {desk.messages:,} messages, {REQUESTS} requests of 40 agents"
        handler = _handler()
        browsers = {user.pk: _browser(user, handler) for user in desk.agents}
        for name, make in (("list", _lists), ("thread", _threads), ("counts", _counts)):
            requests = make(desk, browsers)
            for request in requests[:20]:
                request.ask()
            times = [_timed(request.ask) for request in requests]
            ours, own = [wall for wall, _cpu in times], [cpu for _wall, cpu in times]
            asked = [_statements(request) for request in requests[::SAMPLE]]
            _check_number(name, asked)
            statements = [group for _kind, group in asked]
            check_plans(name, [sql for group in statements for sql in group], large=LARGE, scale=SCALE)
            bare = bare_times(statements, requests=REQUESTS)
            for label, rank in (("p50", 50), ("p95", 95)):
                queries = max(len(group) for group in statements)
                yield figure(
                    f"inbox_page.{name}.{label}",
                    percentile(ours, rank),
                    "ms",
                    reference=percentile(bare, rank),
                    work=f"{work}; at most {queries} queries; {percentile(own, rank):.1f} ms of the processor without"
                    f" the database's; load {os.getloadavg()[0]:.1f}; reference: their SQL alone",
                )


def _handler() -> Any:
    """The one application of a web process, with what it does before its first request done.

    Each test client would make one of its own, and load all middleware and list all static files in its first request.
    """
    from django.test.client import ClientHandler

    from engagement.config.memory import keep_what_is_loaded

    handler = ClientHandler(enforce_csrf_checks=False)
    handler.load_middleware()
    keep_what_is_loaded()
    return handler


def _browser(user: Any, handler: Any) -> Browser:
    """Return a function that asks the views themselves for a part of a page, as htmx does, signed in as ``user``."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.handler = handler
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    def get(url: str, part: str) -> HttpResponse:
        answer = client.get(url, headers={"HX-Request": "true", "HX-Target": f"div#{part}"})
        if answer.status_code != 200:
            raise WorkNotDone(f"{url} answered {answer.status_code}")
        return answer

    return get


def _lists(desk: Desk, browsers: dict[Any, Browser]) -> list[Request]:
    from django.urls import reverse

    from conversations.models import Queue
    from conversations.selectors import inbox_list

    dice = random.Random(1)
    own = {user.pk: [f"queue:{queue.slug}" for queue in Queue.objects.worked_by(user)] for user in desk.agents}
    pages = []
    for number in range(REQUESTS):
        user = dice.choice(desk.agents)
        views = [*inbox_list.VIEWS, *own[user.pk][:4]]
        view = views[number % len(views)]
        query = {"order": dice.choice(["newest", "newest", "due"])}
        if dice.random() < 0.5:
            query["after"] = inbox_list.page(user=user, view=view, now=desk.now, **query).next_cursor
        url = f"{reverse('conversations:list', args=[view])}?{urlencode({k: v for k, v in query.items() if v})}"
        kind = f"{view.partition(':')[0]} {query['order']} {'behind' if query.get('after') else 'first'}"
        pages.append(Request(kind, lambda ask=browsers[user.pk], url=url: ask(url, "rows")))
    return pages


def _threads(desk: Desk, browsers: dict[Any, Browser]) -> list[Request]:
    from django.urls import reverse

    dice = random.Random(2)
    pages = []
    for number in range(REQUESTS):
        user = dice.choice(desk.agents[::4])  # who works in every queue
        key = dice.choice(desk.busy if number % 4 == 0 else desk.ordinary)
        url, part = reverse("conversations:thread", args=["resolved", key]), "thread"
        if number % 8 == 0:
            url, part = f"{url}?before=60", "older"
        pages.append(Request(part, lambda ask=browsers[user.pk], url=url, part=part: ask(url, part)))
    return pages


def _counts(desk: Desk, browsers: dict[Any, Browser]) -> list[Request]:
    from django.urls import reverse

    dice, url = random.Random(3), reverse("conversations:views")
    people = [dice.choice(desk.agents) for _ in range(REQUESTS)]
    return [Request("counts", lambda ask=browsers[user.pk]: ask(url, "views")) for user in people]


def _timed(ask: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds by the clock, and of this process's processor time, which other work disturbs less."""
    began, worked = time.perf_counter(), time.process_time()
    ask()
    return (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000


def _statements(request: Request) -> tuple[str, list[str]]:
    """Ask once more; return the kind of page that came (an empty one needs fewer queries) and the SQL that was sent."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        page = request.ask()
    kind = request.kind if _CONVERSATION.search(page.content) else f"{request.kind} empty"
    return kind, [query["sql"] for query in captured.captured_queries]


def _check_number(name: str, asked: list[tuple[str, list[str]]]) -> None:
    """A page of one kind sends the same number of queries, however much stands on it; an empty part may save one."""
    numbers: dict[str, set[int]] = {}
    for kind, statements in asked:
        numbers.setdefault(kind, set()).add(len(statements))
    uneven = {kind: sorted(found) for kind, found in numbers.items() if max(found) - min(found) > EMPTY_PARTS}
    if uneven:
        raise WorkNotDone(f"{name}: the number of queries differs between requests of one kind: {uneven}")
