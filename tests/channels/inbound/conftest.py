"""A listener on a free port of loopback, and mail for it."""

import asyncio
import smtplib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from engagement.channels.email.listener import Listener, ListenerOptions, quieten_library
from engagement.channels.models import Channel

MAIL = (
    b"From: Ana Prado <ana@cliente.example>\r\nTo: care@pedralva.example\r\nSubject: Where is my order?\r\n"
    b"Message-ID: <%s@cliente.example>\r\nDate: Sun, 22 Nov 2026 10:00:00 -0300\r\n\r\nHello, where is it?\r\n"
)


def mail(name: str = "one") -> bytes:
    """A plain message whose Message-ID starts with ``name``."""
    return MAIL % name.encode()


class RunningListener:
    """A listener in a thread of its own, as it runs in a process of its own in production."""

    def __init__(self, options: ListenerOptions) -> None:
        self.listener = Listener(options)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._call(self.listener.start())

    @property
    def port(self) -> int:
        return self.listener.port

    def client(self, **options: object) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.port, timeout=30, **options)

    def send(
        self,
        body: bytes,
        *,
        to: str | list[str] = "care@pedralva.example",
        sender: str = "ana@cliente.example",
    ):
        """Send one message; what is refused is raised as smtplib's exception."""
        with self.client() as client:
            client.sendmail(sender, to, body)

    def stop(self) -> None:
        if self._loop.is_running():
            self._call(self.listener.stop())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
            self._loop.close()

    def _call(self, coroutine) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)


@pytest.fixture
def care(transactional_db: None) -> Channel:
    return Channel.objects.create(kind="email", name="Care", address="care@pedralva.example")


@pytest.fixture
def sales(care: Channel) -> Channel:
    return Channel.objects.create(kind="email", name="Sales", address="sales@pedralva.example")


@pytest.fixture
def start_listener(care: Channel) -> Iterator[Callable[..., RunningListener]]:
    started: list[RunningListener] = []
    quieten_library()

    def start(**options: object) -> RunningListener:
        started.append(RunningListener(replace(ListenerOptions(port=0), **options)))
        return started[-1]

    yield start
    for listener in started:
        listener.stop()


@pytest.fixture
def listener(start_listener: Callable[..., RunningListener]) -> RunningListener:
    return start_listener()


@contextmanager
def refused(code: int) -> Iterator[None]:
    """Expect that the listener answers ``code``."""
    with pytest.raises(smtplib.SMTPException) as caught:
        yield
    error = caught.value
    codes = {answer[0] for answer in error.recipients.values()} if hasattr(error, "recipients") else {error.smtp_code}
    assert codes == {code}
