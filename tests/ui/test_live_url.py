"""The socket's address follows the name by which the page was found, because the session's cookie does."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from engagement.ui.context import Interface
from engagement.village.models import User


@pytest.mark.parametrize(
    ("live", "host", "expected"),
    [
        ("ws://localhost:8001/live/", "localhost:8000", "ws://localhost:8001/live/"),
        ("ws://localhost:8001/live/", "127.0.0.1:8000", "ws://127.0.0.1:8001/live/"),
        ("ws://localhost:8001/live/", "[::1]:8000", "ws://[::1]:8001/live/"),
        ("/live/", "localhost", "/live/"),
        ("wss://live.pedralva.example/live/", "localhost", "wss://live.pedralva.example/live/"),
    ],
)
def test_the_socket_is_under_the_page_s_own_name(settings, live, host, expected):
    settings.LIVE_URL, settings.ALLOWED_HOSTS = live, ["localhost", "127.0.0.1", "[::1]"]
    request = RequestFactory().get("/", headers={"host": host})
    request.user = User(email="ana@pedralva.example", name="Ana")
    assert Interface(request).live_url == expected


def test_a_stranger_gets_no_socket():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert Interface(request).live_url == ""
