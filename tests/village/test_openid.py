"""The organisation's own sign-in lets in whom an administrator has invited, and nobody else."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client

from engagement.village.models import AuditEntry, User
from tests.village.openid_server import CLIENT, SECRET, OpenIDServer
from tests.village.people import is_signed_in, person, sign_in

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/oidc/organisation/login/"


@pytest.fixture
def server(settings) -> Iterator[OpenIDServer]:
    made = OpenIDServer()
    app = {"provider_id": "organisation", "name": "Pedralva", "client_id": CLIENT, "secret": SECRET}
    provider = {**settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]}
    provider["APPS"] = [{**app, "settings": {"server_url": made.url}}]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": provider}
    cache.clear()
    yield made
    made.stop()


@pytest.fixture
def iara(db) -> User:
    return person("agent", email="iara@pedralva.example", name="Iara Menezes")


def go_through(client: Client, link: str = LOGIN):
    """What a browser does: press the button, sign in there, come back. Returns the answer to coming back."""
    away = client.post(link)
    there = requests.get(away["Location"], allow_redirects=False, timeout=5)
    back = urlsplit(there.headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def nobody_came_in(client: Client, people: int = 1) -> None:
    assert not is_signed_in(client)
    assert User.objects.count() == people
    assert not SocialAccount.objects.exists()
    assert not AuditEntry.objects.filter(action="sign_in.succeeded").exists()


def test_an_invited_person_signs_in_by_the_verified_address(server, iara, client):
    answer = go_through(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert server.faults == []
    assert is_signed_in(client)
    assert SocialAccount.objects.get().user == iara
    assert AuditEntry.objects.get().detail == {"by": "organisation"}


def test_the_second_time_the_link_is_known_even_when_the_address_has_changed_there(server, iara, client):
    go_through(client)
    server.claims["email"] = "iara.other@pedralva.example"
    again = Client()
    go_through(again)
    assert is_signed_in(again)
    assert User.objects.count() == 1


def test_the_persons_password_goes_on_working(server, iara, client):
    go_through(client)
    other = Client()
    sign_in(other, iara.email)
    assert is_signed_in(other)
    assert is_signed_in(client)


def test_the_address_may_come_from_the_user_info_of_the_same_person(server, iara, client):
    server.claims = {"sub": "u-1"}
    server.userinfo = {"sub": "u-1", "email": iara.email, "email_verified": True}
    go_through(client)
    assert is_signed_in(client)


def test_user_info_of_somebody_else_is_refused(server, iara, client):
    server.claims = {"sub": "u-2"}
    server.userinfo = {"sub": "u-1", "email": iara.email, "email_verified": True}
    go_through(client)
    nobody_came_in(client)


def test_an_unknown_person_is_turned_away_and_noted(server, iara, client):
    server.claims["email"] = "stranger@pedralva.example"
    answer = go_through(client)
    assert "People are invited here" in answer.content.decode()
    nobody_came_in(client)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_name) == ("sign_in.refused", "stranger@pedralva.example")


@pytest.mark.parametrize("verified", [False, None, "false", "true", 0, 1])
def test_an_address_that_is_not_verified_proves_nothing(server, iara, client, verified):
    server.claims["email_verified"] = verified
    go_through(client)
    nobody_came_in(client)


def test_who_may_not_sign_in_any_more_does_not_come_in_by_this_door(server, iara, client):
    User.objects.update(is_active=False)
    go_through(client)
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "spoil",
    [
        {"nonce": "f" * 64},
        {"nonce": None},
        {"aud": "another application"},
        {"aud": ["vilarejo", "another"], "azp": "another"},
        {"iss": "http://127.0.0.1:1"},
        {"exp": 1_600_000_000},
        {"exp": None},
        {"iat": None},
        {"sub": None},
    ],
    ids=lambda spoil: ",".join(f"{name}={value}" for name, value in spoil.items()),
)
def test_a_token_that_does_not_hold_is_refused(server, iara, client, spoil):
    server.spoil = spoil
    answer = go_through(client)
    assert answer.status_code == 401
    nobody_came_in(client)


def test_a_token_signed_by_another_key_is_refused(server, iara, client):
    server.sign_with = server.stranger
    go_through(client)
    nobody_came_in(client)


def test_a_token_without_signature_is_refused(server, iara, client):
    server.algorithm = "none"
    go_through(client)
    nobody_came_in(client)


def test_a_token_signed_with_the_clients_secret_is_refused(server, iara, client):
    server.algorithm, server.sign_with = "HS256", SECRET * 2
    go_through(client)
    nobody_came_in(client)


def test_a_server_that_calls_itself_by_another_name_is_refused(server, iara, client):
    server.issuer_said = "https://elsewhere.example"
    answer = client.post(LOGIN)
    assert "Signing in did not work" in answer.content.decode()
    nobody_came_in(client)


def test_an_answer_to_the_sign_in_of_another_browser_is_refused(server, iara, client):
    away = Client().post(LOGIN)
    there = requests.get(away["Location"], allow_redirects=False, timeout=5)
    back = urlsplit(there.headers["Location"])
    client.get(f"{back.path}?{back.query}")
    nobody_came_in(client)


def test_an_answer_can_be_used_once(server, iara, client):
    away = client.post(LOGIN)
    there = requests.get(away["Location"], allow_redirects=False, timeout=5)
    back = urlsplit(there.headers["Location"])
    client.get(f"{back.path}?{back.query}")
    client.post("/accounts/logout/")
    client.get(f"{back.path}?{back.query}")
    assert not is_signed_in(client)


def test_a_link_cannot_add_to_what_is_asked(server, iara, client):
    away = client.post(f"{LOGIN}?auth_params=nonce%3Dmine%26prompt%3Dnone&scope=everything&process=connect")
    assert "everything" not in away["Location"]
    assert "prompt" not in away["Location"]
    assert "nonce=mine" not in away["Location"]


def test_nothing_is_connected_to_an_account_that_is_open(server, iara, client):
    other = person("administrator", email="root@pedralva.example")
    sign_in(client, other.email)
    go_through(client, f"{LOGIN}?process=connect")
    assert SocialAccount.objects.get().user == iara


def test_when_the_server_is_away_the_page_says_so(server, iara, client, settings):
    server.stop()
    answer = client.post(LOGIN)
    assert answer.status_code == 401
    assert "Signing in did not work" in answer.content.decode()
    nobody_came_in(client)


def test_an_organisation_that_is_not_configured_is_not_found(iara, client):
    assert client.post("/accounts/oidc/other/login/").status_code == 404


def test_the_sign_in_page_offers_it_only_when_it_is_configured(server, client, settings, iara):
    assert LOGIN in client.get("/accounts/login/").content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {}}
    assert LOGIN not in Client().get("/accounts/login/").content.decode()
