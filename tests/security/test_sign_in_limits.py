"""Limits of sign-in are each client's own behind proxies, and the wrong guesses of others keep nobody out at home."""

import logging

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client

from engagement.village import middleware
from engagement.village.models import User
from tests.village.people import client_of, is_signed_in, person, sign_in

pytestmark = pytest.mark.django_db
IARA = "iara@pedralva.example"


@pytest.fixture(autouse=True)
def iara():
    cache.clear()
    return person("agent", email=IARA, name="Iara Menezes")


def at(*hops: str, proxy: str = "10.0.0.1") -> dict[str, str]:
    """What the application sees: the proxy's address, and what the proxies wrote."""
    return {"REMOTE_ADDR": proxy, "HTTP_X_FORWARDED_FOR": ", ".join(hops)}


@pytest.mark.parametrize(
    ("proxies", "attacker", "person_elsewhere"),
    [
        (1, ["203.0.113.9"], ["198.51.100.7"]),
        (2, ["203.0.113.9", "192.0.2.1"], ["198.51.100.7", "192.0.2.1"]),
        (1, ["198.51.100.7", "203.0.113.9"], ["198.51.100.7"]),  # the first was written by the attacker
        (2, ["1.1.1.1", "198.51.100.7", "203.0.113.9", "192.0.2.1"], ["198.51.100.7", "192.0.2.1"]),
    ],
)
def test_an_attacker_behind_the_same_proxies_locks_out_himself_only(settings, proxies, attacker, person_elsewhere):
    settings.PROXY_COUNT = proxies
    bad = Client(**at(*attacker))
    answers = [sign_in(bad, IARA, "wrong").status_code for _ in range(8)]
    assert answers[-1] == 429
    assert sign_in(Client(**at(*person_elsewhere)), IARA).status_code == 302
    assert sign_in(bad, IARA).status_code == 429


def test_sixty_tries_of_one_client_stop_nobody_else(settings):
    settings.PROXY_COUNT = 1
    bad = Client(**at("203.0.113.9"))
    for number in range(65):
        sign_in(bad, f"nobody{number}@pedralva.example", "wrong")
    assert sign_in(Client(**at("198.51.100.7")), IARA).status_code == 302


def test_a_known_browser_is_not_locked_out_by_others_at_the_same_address():
    known = Client()
    assert sign_in(known, IARA).status_code == 302
    known.post("/accounts/logout/")
    stranger = Client()
    for _ in range(70):
        sign_in(stranger, IARA, "wrong")
    assert sign_in(stranger, IARA).status_code == 429
    assert sign_in(known, IARA).status_code == 302
    assert is_signed_in(known)


def test_a_known_browser_is_not_locked_out_by_guesses_from_everywhere():
    known = Client()
    sign_in(known, IARA)
    known.post("/accounts/logout/")
    for number in range(25):
        sign_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), IARA, "wrong")
    assert sign_in(known, IARA).status_code == 302


def test_a_known_browser_has_a_limit_of_its_own():
    known = Client()
    sign_in(known, IARA)
    known.post("/accounts/logout/")
    answers = [sign_in(known, IARA, "wrong").status_code for _ in range(6)]
    assert answers[-1] == 429
    assert sign_in(known, IARA).status_code == 429


def test_the_cookie_is_good_for_its_own_accounts_only_and_cannot_be_made():
    person("agent", email="caio@pedralva.example", name="Caio")
    known = Client()
    sign_in(known, IARA)
    known.post("/accounts/logout/")
    cookie = known.cookies["device"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/accounts/login/")
    stranger = Client()
    for _ in range(6):
        sign_in(stranger, "caio@pedralva.example", "wrong")
    assert sign_in(known, "caio@pedralva.example").status_code == 429
    forged = Client()
    forged.cookies["device"] = cookie.value[:-3] + "abc"
    for _ in range(6):
        sign_in(stranger, IARA, "wrong")
    assert sign_in(forged, IARA).status_code == 429


def test_the_session_shows_the_real_address():
    known = Client(REMOTE_ADDR="203.0.113.4")
    sign_in(known, IARA)
    known.post("/accounts/logout/")
    sign_in(known, IARA)
    page = known.get("/village/sessions/").content.decode()
    assert "203.0.113.4" in page
    assert "fd" not in {part[:2] for part in page.split() if part.count(":") > 4}


def test_a_proxy_that_is_not_counted_is_told_of_once(settings, caplog, monkeypatch):
    settings.PROXY_COUNT = 0
    monkeypatch.setattr(middleware, "_warned_at", None)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            Client(**at("203.0.113.9")).get("/healthz")
    assert sum("proxy_not_counted" in record.getMessage() for record in caplog.records) == 1


@pytest.mark.parametrize(
    "password",
    [
        *("passwordpassword", "senhasenhasenha", "qwertyuiopasdf", "123456789012", "aaaaaaaaaaaa", "abcabcabcabc"),
        *("brasil20262026", "iloveyou12345", "flamengo123456", "Password1234!", "Pedralva2026!", "iaramenezes1"),
        *("amoreamoramor", "P@ssw0rdP@ssw0rd", "drowssapdrowssap"),
    ],
)
def test_a_password_that_is_guessed_soon_is_refused(password):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, User(email=IARA, name="Iara Menezes"))
    assert {error.code for error in refused.value.error_list} & {"password_guessable", "password_too_common"}


@pytest.mark.parametrize(
    "password", ["correct horse battery staple", "quero cafe com leite frio", "x7Kp2mQ9vLw4", "a long enough password"]
)
def test_a_good_password_is_taken(password):
    validate_password(password, User(email=IARA, name="Iara Menezes"))


def test_a_very_long_password_is_judged_in_a_moment():
    validate_password("x7Kp2 mQ9vL w4Rt8 " * 2_000, User(email=IARA, name="Iara Menezes"))


@pytest.mark.parametrize(
    ("administrators", "roles", "who", "held"),
    [
        (False, ["counselor", "visionary"], "counselor", True),
        (False, ["counselor", "visionary"], "agent", False),
        (False, ["counselor"], "administrator", False),
        (True, ["counselor"], "administrator", True),
        (False, [], "counselor", False),
    ],
)
def test_a_second_factor_is_demanded_by_role(settings, administrators, roles, who, held):
    settings.REQUIRE_MFA, settings.REQUIRE_MFA_ROLES = administrators, roles
    answer = client_of(person(who, email=f"{who}-2@pedralva.example")).get("/")
    assert (answer.status_code == 302 and answer["Location"].startswith("/accounts/2fa/totp/")) == held
