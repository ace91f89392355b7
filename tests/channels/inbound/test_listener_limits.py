"""One address cannot hold the mail entrance, nor fill the memory, whatever it does and however slowly."""

import os
import socket
import time

import psutil
import pytest

from engagement.channels.email import listener as module
from engagement.channels.models import RawEvent
from tests.channels.inbound.conftest import mail

pytestmark = pytest.mark.django_db(transaction=True)
MB = 1024 * 1024


class Caller:
    """A client that says what it likes."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.file = self.socket.makefile("rb")
        self.greeting = self.line()

    def line(self) -> bytes:
        try:
            return self.file.readline()
        except ConnectionError:
            return b""

    def say(self, text: bytes) -> bytes:
        try:
            self.socket.sendall(text + b"\r\n")
        except ConnectionError:
            return b""
        answer = self.line()
        while answer[3:4] == b"-":
            answer = self.line()
        return answer

    def begin_message(self) -> None:
        self.say(b"EHLO stranger.example")
        self.say(b"MAIL FROM:<a@stranger.example>")
        assert self.say(b"RCPT TO:<care@pedralva.example>").startswith(b"250")
        assert self.say(b"DATA").startswith(b"354")

    def pour(self, size: int) -> None:
        line = b"x" * 1022 + b"\r\n"
        block = line * 64
        for _ in range(size // len(block)):
            self.socket.sendall(block)

    def is_open_after(self, seconds: float) -> bool:
        self.socket.settimeout(seconds)
        try:
            while chunk := self.socket.recv(4096):
                assert chunk
        except TimeoutError:
            return True
        except ConnectionError:
            return False
        return False


def test_the_fifth_of_four_is_told_to_come_back_and_others_are_let_in(start_listener):
    listener = start_listener(connections=10, connections_per_peer=4)
    held = [Caller(listener.port) for _ in range(4)]
    assert Caller(listener.port).greeting.startswith(b"421 4.7.0")
    other = socket.create_connection(("127.0.0.1", listener.port), timeout=20, source_address=("127.0.0.2", 0))
    assert other.makefile("rb").readline().startswith(b"220")
    held[0].say(b"QUIT")
    time.sleep(0.2)
    assert Caller(listener.port).greeting.startswith(b"220")


@pytest.mark.parametrize("words", [b"NOOP", b"RSET", b"HELP", b"VRFY a", b"EHLO again.example", b"nonsense"])
def test_chatter_renews_nothing(start_listener, words):
    listener = start_listener(timeout=1.5)
    caller = Caller(listener.port)
    caller.say(b"EHLO stranger.example")
    ends = time.monotonic() + 8
    while time.monotonic() < ends and caller.say(words):
        time.sleep(0.2)
    assert time.monotonic() < ends


def test_a_line_without_an_end_renews_nothing(start_listener):
    listener = start_listener(timeout=1.5)
    caller = Caller(listener.port)
    caller.socket.sendall(b"NO")
    assert not caller.is_open_after(8)


def test_recipients_without_a_message_end_too(start_listener):
    listener = start_listener(timeout=5, message_timeout=2)
    caller = Caller(listener.port)
    caller.say(b"EHLO stranger.example")
    ends = time.monotonic() + 10
    while time.monotonic() < ends and caller.say(b"MAIL FROM:<a@stranger.example>"):
        caller.say(b"RSET")
        time.sleep(0.2)
    assert time.monotonic() < ends


def test_a_message_that_trickles_in_is_not_waited_for(start_listener):
    listener = start_listener(timeout=5, message_timeout=2)
    caller = Caller(listener.port)
    caller.begin_message()
    ends = time.monotonic() + 10
    try:
        while time.monotonic() < ends:
            caller.socket.sendall(b"slow\r\n")
            time.sleep(0.2)
    except ConnectionError:
        pass
    assert time.monotonic() < ends


def test_a_client_that_sends_one_message_after_the_other_stays(start_listener):
    listener = start_listener(timeout=2, message_timeout=2)
    with listener.client() as client:
        for number in range(6):
            client.sendmail("ana@cliente.example", ["care@pedralva.example"], mail(f"number {number}"))
            time.sleep(0.6)
    assert RawEvent.objects.count() == 6


def test_unfinished_messages_are_not_held_in_memory(start_listener):
    listener = start_listener()
    process = psutil.Process(os.getpid())
    callers = [Caller(listener.port) for _ in range(8)]
    before = process.memory_info().rss
    for caller in callers:
        caller.begin_message()
        caller.pour(30 * MB)
    time.sleep(0.5)
    grown = process.memory_info().rss - before
    assert grown < 60 * MB, f"{grown / MB:.0f} MB for 240 MB that are unfinished"
    for caller in callers:
        caller.file.close()
        caller.socket.close()
    ends = time.monotonic() + 20
    while listener.listener._unfinished and time.monotonic() < ends:
        time.sleep(0.1)
    assert listener.listener._unfinished.total() == 0


def test_one_address_has_a_share_of_the_room(start_listener, monkeypatch):
    listener = start_listener(unfinished_bytes=10 * MB, unfinished_bytes_per_peer=3 * MB)
    first, second = Caller(listener.port), Caller(listener.port)
    first.begin_message()
    first.pour(2 * MB)
    time.sleep(0.3)
    second.begin_message()
    second.pour(2 * MB)
    assert second.say(b".").startswith(b"452 4.3.1")
    assert first.say(b".").startswith(b"250")
    second.say(b"MAIL FROM:<a@stranger.example>")
    second.say(b"RCPT TO:<care@pedralva.example>")
    second.say(b"DATA")
    second.pour(2 * MB)
    assert second.say(b".").startswith(b"250"), "the room of what was taken is free again"


def test_no_room_on_the_disk_is_said_and_nothing_is_lost(start_listener, monkeypatch):
    class Full(module.SpooledTemporaryFile):
        def write(self, data: bytes) -> int:
            raise OSError(28, "No space left on device")

    listener = start_listener()
    with monkeypatch.context() as patch:
        patch.setattr(module, "SpooledTemporaryFile", Full)
        caller = Caller(listener.port)
        caller.begin_message()
        assert caller.say(b"Subject: x\r\n\r\nwords\r\nQUIT\r\nmore\r\n.").startswith(b"452 4.3.1")
        assert caller.say(b"NOOP").startswith(b"250"), "what was dropped is not taken for commands"
    assert RawEvent.objects.count() == 0
    listener.send(mail())
    assert RawEvent.objects.count() == 1


def test_dots_at_the_beginning_of_lines_are_kept(listener):
    body = b"Subject: dots\r\nFrom: a@b.example\r\n\r\n.one\r\n..two\r\n" + b"x" * 600_000 + b"\r\n.\r\n...\r\n"
    listener.send(body)
    assert bytes(RawEvent.objects.get().body) == body
