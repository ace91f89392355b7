"""What browsers and caches are told, on every page."""

import pytest
from django.test import Client

from tests.url_map import addresses
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
KEEP_THEMSELVES = {"private, max-age=3600"}  # files of a conversation, for their reader


def test_every_page_says_who_may_keep_it():
    client = client_of(person("administrator"))
    client.raise_request_exception = False
    loose = []
    for address in addresses():
        if address.name == "account_logout":
            continue
        answer = client.get(address.path)
        told = answer.headers.get("Cache-Control", "")
        if "no-store" not in told and told not in KEEP_THEMSELVES:
            loose.append(f"{address.route} {answer.status_code} {told!r}")
        assert "camera=()" in answer.headers["Permissions-Policy"], address.route
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin", address.route
        assert answer.headers["X-Content-Type-Options"] == "nosniff", address.route
    assert loose == []


def test_the_language_cookie_is_as_safe_as_the_others(settings):
    settings.LANGUAGE_COOKIE_SECURE = True
    answer = Client().post("/language/", {"language": "pt-br", "next": "/"})
    cookie = answer.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
