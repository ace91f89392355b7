"""Several messages over one connection, without waiting for what need not be waited for (RFC 2920).

The commands of a message travel together with the last words of the one before it: one round trip for each message.
A server that does not offer PIPELINING is asked step by step. Each answer is told apart, so that of a connection that
breaks only the one message is unknown whose words were on the wire.
"""

import smtplib
from collections.abc import Callable, Sequence

from engagement.channels.adapters import Accepted, Outcome, Refused, Unknown
from engagement.channels.email.smtp_session import Letter, Reply, Session, explain

Observe = Callable[[str, int], None]
_BROKEN = (OSError, smtplib.SMTPException)
_TAKEN = (250, 251, 252)


class Pipeline:
    """One turn over a session. Each letter has one recipient."""

    def __init__(self, session: Session, observe: Observe) -> None:
        self._session = session
        self._observe = observe
        self._together = session.offers("pipelining")
        self._outcomes: list[Outcome | None] = []
        self._words = b""  # of the letter that ``_given`` is, not on the wire yet
        self._given: int | None = None
        self._dirty = False  # the server has begun a message that it did not get

    def send(self, letters: Sequence[Letter]) -> list[Outcome | None]:
        """Hand over each letter; None for those whose words were not begun when the connection ended."""
        self._outcomes = [None] * len(letters)
        for place, letter in enumerate(letters):
            if not self._session.is_open:
                break
            self._next(place, letter)
        self._finish()
        if self._dirty and self._session.is_open:
            self._session.reset()
        return self._outcomes

    def _next(self, place: int, letter: Letter) -> None:
        prepared = self._session.prepare(letter)
        if isinstance(prepared, Refused):
            self._outcomes[place] = prepared
            return
        words, mail, (rcpt,) = prepared
        try:
            replies = self._ask(mail, rcpt)
            if replies:
                self._judge(place, replies, words)
        except _BROKEN:
            self._session.close()

    def _ask(self, mail: str, rcpt: str) -> list[Reply]:
        """Name sender and recipient and ask to begin; return the replies, none when the connection ended before."""
        commands = [*(["RSET"] if self._dirty else []), mail, rcpt, "DATA"]
        self._dirty = False
        if not self._together:
            self._finish()
            return self._step_by_step(commands) if self._session.is_open else []
        self._put("".join(f"{command}\r\n" for command in commands).encode())
        self._take_answer()
        if not self._session.is_open:
            return []
        return [self._session.reply() for _ in commands][-3:]

    def _step_by_step(self, commands: Sequence[str]) -> list[Reply]:
        replies: list[Reply] = []
        for command in commands:
            self._session.write(f"{command}\r\n".encode())
            replies.append(self._session.reply())
            if command != "RSET" and replies[-1][0] not in (*_TAKEN, 354):
                break
        return replies[1:] if commands[0] == "RSET" else replies

    def _judge(self, place: int, replies: Sequence[Reply], words: bytes) -> None:
        refusal = next((reply for reply in replies[:2] if reply[0] not in _TAKEN), replies[-1])
        if refusal[0] == 354:
            self._words, self._given = words, place
            return
        if replies[-1][0] == 354:  # it takes words for nobody (RFC 2920 section 3.1): it gets none
            self._session.write(b".\r\n")
            self._session.reply()
        self._dirty = True
        if refusal[0] != 421:
            self._outcomes[place] = self._session.refusal(refusal)
        if refusal[0] in (421, 530, 535, 538):
            self._session.close()

    def _put(self, following: bytes = b"") -> None:
        """Send the words that wait, and what may follow them unasked."""
        if self._given is None:
            self._session.write(following)
            return
        place = self._given
        try:
            self._session.pour(self._words, following, lambda: self._observe("sending", place))
        except _BROKEN as error:
            self._lose(error)

    def _take_answer(self) -> None:
        """The answer to the words on the wire; a connection lost from here on leaves the outcome unknown."""
        if self._given is None:
            return
        try:
            reply = self._session.final_reply()
        except _BROKEN as error:
            self._lose(error)
            return
        self._observe("answered", self._given)
        self._outcomes[self._given] = self._meaning(reply)
        self._given, self._words = None, b""

    def _meaning(self, reply: Reply) -> Outcome:
        code, text = reply
        if code // 100 == 2:
            return Accepted(f"{code} {text}")
        if code // 100 in (4, 5):
            return self._session.refusal(reply)
        self._session.close()
        return Unknown(f"{code} {text}")

    def _lose(self, error: BaseException) -> None:
        self._session.close()
        if self._given is not None:
            self._outcomes[self._given] = Unknown(explain(error))
        self._given, self._words = None, b""

    def _finish(self) -> None:
        if self._given is None:
            return
        if self._session.is_open:
            self._put()
            self._take_answer()
        else:  # it was agreed on, and none of its words had been sent
            self._given, self._words = None, b""
