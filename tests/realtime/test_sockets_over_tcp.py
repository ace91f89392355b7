"""The live server as `manage.py start live` runs it, in a process of its own, with sockets over TCP."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from engagement.config.embedded.ports import free_port
from engagement.config.processes import processes
from engagement.realtime.consumer import ASK_AGAIN, SIGN_IN_FIRST, TOO_LARGE
from tests.realtime.test_sockets_end import browser_of, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
STARTS_WITHIN = 90
AT_ONCE = 5  # seconds; an open socket looks by itself every 15


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a running live server on the tests' own database."""
    chosen, facts = free_port(), connection.settings_dict
    words = list(processes()["live"].command)
    words[words.index("--port") + 1] = str(chosen)
    words[words.index("--host") + 1] = "127.0.0.1"
    login = f"{quote(facts['USER'])}:{quote(facts['PASSWORD'])}@" if facts["USER"] else ""
    place = f"{facts['HOST']}:{facts['PORT']}" if facts["PORT"] else quote(facts["HOST"], safe="")
    environment = os.environ | {
        "DATABASE_URL": f"postgres://{login}{place}/{facts['NAME']}",
        "DJANGO_SETTINGS_MODULE": "engagement.config.settings.test",
        "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS),
    }
    server = subprocess.Popen(words, env=environment, cwd=settings.STATICFILES_DIRS[0].parent)
    try:
        _wait_for(chosen, server)
        yield chosen
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(10)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            with open_socket(port, Client()) as socket:
                assert close_code(socket) == SIGN_IN_FIRST
            return
        except (OSError, WebSocketException):
            assert server.poll() is None, "the live server ended"
            assert time.monotonic() < end, "the live server does not answer"
            time.sleep(0.2)


def open_socket(port: int, client: Client) -> ClientConnection:
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    headers = {"Cookie": cookies} if cookies else {}
    return connect(f"ws://127.0.0.1:{port}/live/", origin=settings.BASE_URL, additional_headers=headers, proxy=None)


def close_code(socket: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=AT_ONCE)
    return closed.value.rcvd.code


def answers(socket: ClientConnection) -> bool:
    socket.send('{"ping": 1}')
    return json.loads(socket.recv(timeout=AT_ONCE)) == {"pong": 1}


def test_signing_out_by_the_page_closes_the_sockets_of_that_browser_and_no_other(port):
    user, client = signed_in()
    other = browser_of(user)
    with open_socket(port, client) as first, open_socket(port, client) as second, open_socket(port, other) as staying:
        assert all(answers(socket) for socket in (first, second, staying))
        assert client.post(reverse("account_logout")).status_code == 302
        assert (close_code(first), close_code(second)) == (ASK_AGAIN, ASK_AGAIN)
        assert answers(staying)
        with open_socket(port, client) as again:
            assert close_code(again) == SIGN_IN_FIRST
        staying.send(" " * 65_537)
        assert close_code(staying) == TOO_LARGE
