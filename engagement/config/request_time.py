"""No request keeps a web worker for ever: the last resort behind bounded work and the database's own limits.

A thread of the worker beats once a second, with how long its oldest request has been going on. Where that is too long,
or where nothing beats since one request holds the interpreter (a regular expression does), the parent kills the
worker and forks another (``web_server``). What its other requests had begun is rolled back; their clients ask again.
"""

import threading
import time
from collections.abc import Callable, MutableSequence

from django.http import HttpRequest, HttpResponse

STALL_SECONDS = 60.0  # without a beat
REQUEST_SECONDS = 300.0  # of one request; a slow upload of a large file takes minutes
_started: dict[int, float] = {}


class RequestTimeMiddleware:
    """Note since when each thread has been working on a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        me = threading.get_ident()
        _started[me] = time.monotonic()
        try:
            return self.get_response(request)
        finally:
            _started.pop(me, None)


def beat(beats: MutableSequence[float], slot: int, *, limit: float = REQUEST_SECONDS) -> None:
    """Write the time into ``slot`` each second, while no request has been going on for longer than ``limit``."""
    while True:
        now = time.monotonic()
        if now - min(_started.copy().values(), default=now) < limit:
            beats[slot] = now
        time.sleep(1.0)


def is_stalled(beat_at: float, now: float, *, limit: float) -> bool:
    """Say whether a worker has not beaten for too long; 0 is one that has not begun."""
    return beat_at > 0 and now - beat_at > limit
