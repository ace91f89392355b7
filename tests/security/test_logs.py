"""No token, password or key stands in any line of a log."""

import logging
import re
import secrets

import pytest
import structlog
from django.conf import settings
from django.test import Client

from engagement.config.log_redaction import redact
from tests.url_map import KEY, addresses

pytestmark = pytest.mark.django_db
# Parameters of these kinds and names are ours or the reader's own words: a slug of a page, the name of a menu.
_NO_SECRET = re.compile(r"<(?:uuid|int|slug|path):\w+>|<str:(?:handle|name)>")
_SECRET = re.compile(r"<(?:str:)?(\w+)>|\(\?P<(key)>")


@pytest.fixture
def written():
    """The lines that the handler of the settings would write."""
    lines: list[str] = []
    formatter = settings.LOGGING["formatters"]["structured"]
    made = structlog.stdlib.ProcessorFormatter(
        processors=formatter["processors"], foreign_pre_chain=formatter["foreign_pre_chain"]
    )

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(made.format(record))

    handler = Kept()
    logging.getLogger().addHandler(handler)
    logging.getLogger("django").addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)
    logging.getLogger("django").removeHandler(handler)


def paths_with_a_secret() -> list[tuple[str, str]]:
    found = []
    for address in addresses():
        if address.name.startswith("admin:") or "/api/" in address.route:
            continue
        route = _NO_SECRET.sub("x", address.route)
        if _SECRET.search(route):
            found.append((address.name, address.path))
    return found


def test_the_addresses_with_a_secret_are_those_that_are_known():
    assert {name for name, _path in paths_with_a_secret()} >= {
        *("unsubscribe:page", "optin:confirmation", "community:sign-in-link", "community:quiet"),
        "account_reset_password_from_key",
    }


@pytest.mark.parametrize("make", [lambda: secrets.token_urlsafe(32), lambda: secrets.token_hex(8), lambda: "abcdefgh"])
def test_no_secret_of_an_address_is_logged(written, make):
    client = Client(raise_request_exception=False)
    for name, path in paths_with_a_secret():
        secret = make()
        asked = path.replace("/x/", f"/{secret}/") if "/x/" in path else re.sub(rf"{KEY}(?=/[^/]*$)", secret, path)
        assert secret in asked, name
        for method in (client.get, client.post):
            method(asked, {"token": secret})
            client.get(f"{asked}missing?token={secret}")
        told = [line for line in written if secret in line]
        assert told == [], name
    assert any("[hidden]" in line for line in written)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("smtp://ana:s3cret@mail.example", "smtp://[hidden]@mail.example"),
        ("postgres://:pass%2Fword@db/x", "postgres://[hidden]@db/x"),
        ("Authorization: Bearer abcdefghijkl", "Authorization: Bearer [hidden]"),
        ("GET /x/?access_token=abc&a=1", "GET /x/?access_token=[hidden]&a=1"),
        (f"/inbox/{KEY}/", f"/inbox/{KEY}/"),
        ('File "/srv/app/tests/test_permission_matrix_2.py", line 3', None),
        ("Not Found: /operations/items/first-response-in-time/", None),
        ("Gone: /community/sign-in/abc/", "Gone: /community/sign-in/[hidden]/"),
    ],
)
def test_what_is_hidden_and_what_stays(line, kept):
    assert redact(line) == (line if kept is None else kept)


def test_a_traceback_hides_too(written):
    try:
        raise ValueError("redis://:hunter2hunter2@valkey/0 does not answer")
    except ValueError:
        logging.getLogger("engagement").exception("it failed")
    assert "hunter2" not in "".join(written)
    assert "does not answer" in "".join(written)
