"""The stand-in's HTTP server on loopback, and its receipts, which come a moment later and in order."""

import heapq
import itertools
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from engagement.channels.sms.stand_in.judging import Judged, Taken, judge
from engagement.channels.sms.stand_in.phone import Post, call, keep, note_status, post

log = structlog.get_logger(__name__)
HOST = "127.0.0.1"
PACE = (0.0, 0.4, 1.2)  # seconds after which queued, sent, and the last status are told
_LONGEST_BODY = 64 * 1024
_TRIES = 3
_SILENCE = 90.0  # seconds a caller who is not answered is kept waiting


class Receipts:
    """Tells each status of each message in its order, from one thread; tries again what was not taken."""

    def __init__(self, *, pace: tuple[float, ...] = PACE, post: Post = post) -> None:
        self._due: list[tuple[float, int, Taken, str, str, int]] = []
        self._number = itertools.count()
        self._change = threading.Condition()
        self._pace, self._post, self._ended = pace, post, False
        self._thread = threading.Thread(target=self._work, name="receipts", daemon=True)
        self._thread.start()

    def plan(self, taken: Taken) -> None:
        """Let the receipts of a message come."""
        with self._change:
            for pause, (status, code) in zip(self._pace, taken.statuses, strict=True):
                self._add(time.monotonic() + pause, taken, status, code, 1)
            self._change.notify()

    def end(self) -> None:
        """Tell no more."""
        with self._change:
            self._ended = True
            self._change.notify()
        self._thread.join(5)

    def _add(self, at: float, taken: Taken, status: str, code: str, attempt: int) -> None:
        heapq.heappush(self._due, (at, next(self._number), taken, status, code, attempt))

    def _work(self) -> None:
        while True:
            with self._change:
                while not self._ended and (not self._due or self._due[0][0] > time.monotonic()):
                    self._change.wait(self._due[0][0] - time.monotonic() if self._due else None)
                if self._ended:
                    break
                _at, _number, taken, status, code, attempt = heapq.heappop(self._due)
            if not self._tell(taken, status, code) and attempt < _TRIES:
                with self._change:
                    self._add(time.monotonic() + attempt, taken, status, code, attempt + 1)
        connection.close()

    def _tell(self, taken: Taken, status: str, code: str) -> bool:
        form = {
            "SmsSid": taken.sid,
            "SmsStatus": status,
            "MessageStatus": status,
            "To": taken.to,
            "MessageSid": taken.sid,
            "AccountSid": taken.account,
            "From": taken.sender,
            "ApiVersion": "2010-04-01",
            **({"ErrorCode": code} if code else {}),
        }
        try:
            note_status(sid=taken.sid, status=status)
            return not taken.callback or call(taken.callback, form, taken.token, post=self._post) < 300
        except (httpx.HTTPError, DatabaseError) as error:
            log.warning("receipt_not_told", sid=taken.sid, error=str(error))
            connection.close()
            return False


class StandIn(ThreadingHTTPServer):
    """Listens on loopback. ``silence``: seconds after which it hangs up on whom it does not answer."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, *, receipts: Receipts | None = None, silence: float = _SILENCE) -> None:
        super().__init__((HOST, port), Handler)
        self.receipts, self.silence = receipts or Receipts(), silence

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


class Handler(BaseHTTPRequestHandler):
    """One connection of a caller."""

    protocol_version = "HTTP/1.1"
    server: StandIn

    def do_POST(self) -> None:
        """Judge, keep, answer; the receipts follow."""
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > _LONGEST_BODY:
            self.close_connection = True
            self._answer(Judged(411, {"code": 20001, "message": "Content-Length is required", "status": 411}))
            return
        self._judge("POST", self.rfile.read(int(length)))

    def do_GET(self) -> None:
        """Say whether an account is let in."""
        self._judge("GET", b"")

    def _judge(self, method: str, body: bytes) -> None:
        try:
            judged = judge(method, self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            if judged.taken is not None:
                keep(taken=judged.taken, now=timezone.now())
        except DatabaseError as error:
            log.warning("text_not_kept", error=str(error))
            judged = Judged(503, {"code": 20503, "message": "Service Unavailable", "status": 503})
        finally:
            connection.close()
        if judged.taken is not None:
            self.server.receipts.plan(judged.taken)
        if judged.silent:
            time.sleep(self.server.silence)
            self.close_connection = True
            return
        self._answer(judged)

    def _answer(self, judged: Judged) -> None:
        content = json.dumps(judged.content).encode()
        self.send_response(judged.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Write no line for each request."""
