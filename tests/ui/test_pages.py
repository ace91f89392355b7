"""The interface's own pages: home, preferences, fragments, the gate, errors."""

import json
import re

import pytest
from django.http import HttpResponse
from django.test import Client

from engagement.ui import shortcuts
from engagement.ui.models import changed_keys
from engagement.ui.toasts import toast
from engagement.village.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def iara() -> User:
    return User.objects.create_user("iara@pedralva.example", "uma senha bem boa", name="Iara Menezes")


@pytest.fixture
def house(iara: User) -> Client:
    client = Client()
    client.force_login(iara)
    return client


CHOICES = {"language": "pt-br", "time_zone": "Europe/Lisbon", "theme": "dark", "density": "compact"}


def test_home_greets_by_first_name_and_says_what_to_do_when_nothing_waits(house):
    html = house.get("/").content.decode()
    assert re.search(r'<h1 class="page__title">Good (morning|afternoon|evening), Iara</h1>', html)
    assert 'aria-current="page"' in html


def test_home_sends_who_is_not_signed_in_to_the_gate():
    response = Client().get("/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/")


def test_a_page_has_one_inline_script_and_the_policy_names_its_nonce(house):
    response = house.get("/")
    scripts = re.findall(r"<script[^>]*>", response.content.decode())
    inline = [script for script in scripts if " src=" not in script]
    assert len(inline) == 1
    nonce = re.search(r'type="importmap" nonce="([^"]+)"', inline[0]).group(1)
    policy = response["Content-Security-Policy"]
    assert f"'nonce-{nonce}'" in policy
    assert "unsafe" not in policy


def test_preferences_are_kept_and_drawn(house, iara):
    assert house.post("/preferences/", CHOICES).status_code == 302
    iara.refresh_from_db()
    assert {name: getattr(iara, name) for name in CHOICES} == CHOICES
    assert iara.shortcuts_enabled is False
    html = house.get("/preferences/").content.decode()
    assert '<html lang="pt-br" data-theme="dark" data-density="compact" data-time-zone="Europe/Lisbon">' in html
    assert 'data-enabled="false"' in html


def test_wrong_preferences_are_422_and_change_nothing(house, iara):
    response = house.post("/preferences/", CHOICES | {"time_zone": "Mars/Olympus"})
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()
    iara.refresh_from_db()
    assert (iara.language, iara.theme) == ("en", "system")


def usual_keys() -> dict[str, str]:
    return {f"key-{name}": key for name, key in shortcuts.keys(changed={}).items()}


def test_own_keys_are_kept_and_can_be_put_back(house, iara):
    assert house.post("/preferences/keys/", usual_keys() | {"key-search": "ç"}).status_code == 302
    assert changed_keys(user=iara) == {"search": "ç"}
    assert "&quot;search&quot;: &quot;\\u00e7&quot;" in house.get("/").content.decode()
    house.post("/preferences/keys/", {"defaults": "1"})
    assert changed_keys(user=iara) == {}


def test_two_shortcuts_with_one_key_are_422(house, iara):
    response = house.post("/preferences/keys/", usual_keys() | {"key-search": "?"})
    assert response.status_code == 422
    assert changed_keys(user=iara) == {}


def test_the_theme_is_kept_on_the_person(house, iara):
    assert house.post("/theme/", {"theme": "dark"}).status_code == 204
    assert house.post("/theme/", {"theme": "purple"}).status_code == 422
    iara.refresh_from_db()
    assert iara.theme == "dark"


def test_the_theme_of_who_is_not_signed_in_comes_from_the_cookie(iara):
    client = Client()
    client.cookies["theme"] = "dark"
    assert 'data-theme="dark"' in client.get("/accounts/login/").content.decode()
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in client.get("/accounts/login/").content.decode()


def test_the_language_is_kept_in_the_browser_and_on_the_person(house, iara):
    response = house.post("/language/", {"language": "pt-br", "next": "/preferences/"})
    assert (response["Location"], response.cookies["django_language"].value) == ("/preferences/", "pt-br")
    iara.refresh_from_db()
    assert iara.language == "pt-br"
    assert house.post("/language/", {"language": "xx"}).status_code == 422
    assert house.post("/language/", {"language": "en", "next": "https://evil.example/"})["Location"] == "/"


def test_the_band_is_drawn_alone_for_the_page_that_asks(house):
    html = house.get("/band/?at=/preferences/").content.decode()
    assert html.strip().startswith('<nav class="band"')
    assert html.strip().endswith("</nav>")
    assert 'href="/" aria-current="page"' not in html


def test_the_palette_offers_rooms_and_finds_nothing_in_one_letter(house):
    assert 'data-href="/preferences/"' in house.get("/").content.decode()
    assert "data-href" not in house.get("/palette/?q=a").content.decode()


def test_the_style_guide_is_for_staff(house, iara):
    assert house.get("/components/").status_code == 403
    iara.is_staff = True
    iara.save(update_fields=["is_staff"])
    assert "Components and their states" in house.get("/components/").content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/login/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/1-wrong/",
        "/accounts/inactive/",
        "/accounts/signup/",
        "/accounts/3rdparty/login/cancelled/",
    ],
)
def test_pages_at_the_gate_look_like_the_gate(iara, address):
    response = Client().get(address)
    assert response.status_code == 200
    assert '<body class="gate">' in response.content.decode()


@pytest.mark.parametrize("address", ["/accounts/2fa/", "/accounts/password/change/", "/preferences/"])
def test_pages_about_the_own_account_are_in_the_house(house, address):
    response = house.get(address)
    assert response.status_code == 200
    assert 'id="room"' in response.content.decode()


def test_a_wrong_password_is_said_at_the_gate(iara):
    response = Client().post("/accounts/login/", {"login": iara.email, "password": "wrong"})
    html = response.content.decode()
    assert 'role="alert"' in html
    assert "page__title" in html


def test_an_unknown_address_is_a_page_with_a_way_home(house):
    response = house.get("/no-such-room/")
    assert response.status_code == 404
    assert "Go to the home page" in response.content.decode()


def test_a_form_without_token_says_what_to_do(iara):
    client = Client(enforce_csrf_checks=True)
    client.force_login(iara)
    response = client.post("/theme/", {"theme": "dark"})
    assert response.status_code == 403
    assert "This page is too old to send from" in response.content.decode()


def test_a_toast_travels_in_a_header():
    response = HttpResponse()
    toast(response, "Adiada até amanhã", undo_url="/undo/1/")
    assert json.loads(response["HX-Trigger"]) == {
        "toast": {
            "text": "Adiada até amanhã",
            "tone": "",
            "stays": False,
            "undo": {"url": "/undo/1/", "label": "Undo"},
        }
    }
