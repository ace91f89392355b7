"""The one pooled SMTP sender of a process: connections stay open between messages and are made again when
stale.
"""

import os
import threading
import time
from collections import defaultdict
from collections.abc import Sequence

from engagement.channels.adapters import Handover, Outcome, Unknown, Unreachable
from engagement.channels.email.smtp_pipeline import Observe, Pipeline
from engagement.channels.email.smtp_server import SmtpServer
from engagement.channels.email.smtp_session import CannotOpen, Letter, Session

ASK_AFTER = 5.0  # seconds a connection may rest before it is asked whether it is still there
CLOSE_AFTER = 60.0  # most servers hang up after minutes; we are gone before


class Pool:
    """Open connections by server and sign-in. For threads; a forked child begins with none."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._resting: dict[SmtpServer, list[tuple[float, Session]]] = defaultdict(list)
        self._process = os.getpid()

    def send(self, server: SmtpServer, letter: Letter, handover: Handover) -> Outcome:
        """Hand one message to ``server``; Unreachable when no connection comes about.

        A connection that turns out to be dead before the hand-over has begun is replaced by a new one, once.
        """
        try:
            session, is_new = self._take(server)
            outcome = self._send(session, letter, handover)
            if isinstance(outcome, Unreachable) and not is_new and not session.has_begun:
                outcome = self._send(_opened(server), letter, handover)
        except CannotOpen as error:
            return Unreachable(str(error))
        return outcome

    def _send(self, session: Session, letter: Letter, handover: Handover) -> Outcome:
        try:
            outcome = session.send(letter, handover)
        except BaseException:
            session.close()  # whatever interrupted us, the dialogue is in an unknown place
            raise
        self._give_back(session)
        return outcome

    def send_together(self, server: SmtpServer, letters: Sequence[Letter], observe: Observe) -> list[Outcome]:
        """Hand several messages, each to one recipient, to ``server``; all may have begun already.

        A connection that ends cleanly between two of them (servers count) is replaced by a new one. After one on
        which a message became unknown nothing more is tried: the rest is Unreachable, and safe to send again.
        """
        outcomes: list[Outcome | None] = [None] * len(letters)
        why = "The connection was lost."
        while (left := [place for place, outcome in enumerate(outcomes) if outcome is None]) and not any(
            isinstance(outcome, Unknown) for outcome in outcomes
        ):
            try:
                session, is_new = self._take(server)
            except CannotOpen as error:
                why = str(error)
                break
            found = self._send_together(session, [letters[place] for place in left], _numbered(observe, left))
            for place, outcome in zip(left, found, strict=True):
                outcomes[place] = outcome
            if is_new and found[0] is None:
                break
        return [outcome or Unreachable(why) for outcome in outcomes]

    def _send_together(self, session: Session, letters: Sequence[Letter], observe: Observe) -> list[Outcome | None]:
        try:
            found = Pipeline(session, observe).send(letters)
        except BaseException:
            session.close()
            raise
        self._give_back(session)
        return found

    def check(self, server: SmtpServer, *, seconds: float | None = None) -> None:
        """Open a new connection, sign in, hang up; each answer may take ``seconds``. Raises CannotOpen."""
        _opened(server, seconds=seconds).quit()

    def close(self) -> None:
        """Hang up everywhere."""
        with self._lock:
            resting = [session for sessions in self._resting.values() for _, session in sessions]
            self._resting.clear()
        for session in resting:
            session.quit()

    def _take(self, server: SmtpServer) -> tuple[Session, bool]:
        """A connection, and whether it is a new one."""
        while (found := self._rested(server)) is not None:
            since, session = found
            resting = time.monotonic() - since
            if resting > CLOSE_AFTER:
                session.close()
            elif resting <= ASK_AFTER or session.is_alive():
                return session, False
        return _opened(server), True

    def _rested(self, server: SmtpServer) -> tuple[float, Session] | None:
        with self._lock:
            if self._process != os.getpid():
                self._resting.clear()  # the parent's sockets: closed here, they would still be open there
                self._process = os.getpid()
            sessions = self._resting[server]
            return sessions.pop() if sessions else None

    def _give_back(self, session: Session) -> None:
        if session.is_open:
            with self._lock:
                self._resting[session.server].append((time.monotonic(), session))


def _numbered(observe: Observe, places: Sequence[int]) -> Observe:
    return lambda step, place: observe(step, places[place])


def _opened(server: SmtpServer, *, seconds: float | None = None) -> Session:
    session = Session(server, seconds=seconds)
    session.open()
    return session


POOL = Pool()
