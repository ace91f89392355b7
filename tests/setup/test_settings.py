"""The organization is changed in the browser: it holds at once, is audited, and writes over nobody."""

import io
import re

import pytest
from django.test import Client
from PIL import Image

from engagement.organization.current import current_organization
from engagement.setup.forms import SECTIONS
from engagement.village.models import AuditEntry
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def boss() -> Client:
    return client_of(person("administrator", email="ivo@x.example"))


def values_of(page: str) -> dict[str, str]:
    """Return the hidden digest of what the page showed."""
    found = re.search(r'name="seen_values" value="([^"]*)"', page)
    return {"seen_values": found[1].replace("&quot;", '"')} if found else {}


@pytest.mark.parametrize("slug", SECTIONS)
def test_every_section_opens(boss, slug):
    assert boss.get(f"/settings/organization/{slug}/").status_code == 200


def test_change_holds_at_once_and_is_in_the_trail(boss):
    sent = {
        "keeps_import_files_days": 90,
        "keeps_export_files_days": 7,
        "keeps_events_days": 14,
        "keeps_sources_days": 0,
    }
    assert boss.post("/settings/organization/retention/", sent).status_code == 302
    assert current_organization().keeps_import_files_days == 90
    entry = AuditEntry.objects.get(action="organization.changed")
    assert entry.detail["keeps_import_files_days"] == [30, 90]
    page = boss.get("/settings/organization/retention/").content.decode()
    assert "Days that imported files are kept" in page


def test_second_of_two_writes_over_nothing(boss):
    sent = {"sender_name": "", "marketing_sender_name": "", "community_name": "", "community_sender": ""}
    boss.post("/settings/organization/senders/", sent | {"sender_name": "Sol"})
    shown = values_of(boss.get("/settings/organization/senders/").content.decode())
    boss.post("/settings/organization/senders/", sent | {"sender_name": "Padaria"})
    late = boss.post("/settings/organization/senders/", sent | {"sender_name": "Banca"} | shown)
    assert late.status_code == 422
    assert "Saved meanwhile: Padaria" in late.content.decode()
    assert current_organization().sender_name == "Padaria"


def test_logo_and_color_stand_at_sign_in(boss):
    out = io.BytesIO()
    Image.new("RGB", (200, 80), "#204080").save(out, "PNG")
    out.seek(0)
    out.name = "logo.png"
    sent = {"uses_color": "on", "accent_color": "#ffdd00", "logo_file": out}
    assert boss.post("/settings/organization/brand/", sent).status_code == 302
    page = Client().get("/accounts/login/").content.decode()
    logo = re.search(r'src="(/organization/logo/[0-9a-f]{64}\.png)"', page)[1]
    answer = Client().get(logo)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert "immutable" in answer["Cache-Control"]
    css = Client().get("/organization/accent/ffdd00.css")
    assert (css.status_code, css["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert b"--anil-solid" in css.content
    assert Client().get("/organization/accent/nonsense.css").status_code == 404


def test_svg_is_refused_and_says_what_to_choose(boss):
    file = io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    file.name = "logo.svg"
    answer = boss.post("/settings/organization/brand/", {"logo_file": file, "accent_color": "#2f4f9e"})
    assert answer.status_code == 422
    assert "PNG, JPEG, WebP or GIF" in answer.content.decode()


def test_passwords_are_not_closed_without_another_way_in(boss):
    answer = boss.post("/settings/organization/sign-in/", {"session_hours": 8})
    assert answer.status_code == 422
    assert current_organization().allows_passwords


def test_session_ends_after_the_hours_of_the_organization(boss):
    boss.post("/settings/organization/sign-in/", {"session_hours": 2, "allows_passwords": "on"})
    someone = person("agent", email="ana@x.example")
    fresh = Client()
    fresh.force_login(someone)
    fresh.get("/")
    assert fresh.session.get_expiry_age() == 2 * 60 * 60


def test_second_factor_is_demanded_by_role(boss):
    sent = {"session_hours": 12, "allows_passwords": "on", "second_factor_roles": ["agent"]}
    boss.post("/settings/organization/sign-in/", sent)
    agent = client_of(person("agent", email="ana@x.example"))
    assert agent.get("/")["Location"] == "/accounts/2fa/totp/activate/"
    assert boss.get("/").status_code == 200


def test_name_of_the_community_and_default_sender(boss):
    from community.site import site_name

    sent = {"sender_name": "Sol", "marketing_sender_name": "", "community_name": "Praça do Sol", "community_sender": ""}
    boss.post("/settings/organization/senders/", sent)
    assert (site_name(), current_organization().reply_sender_name) == ("Praça do Sol", "Sol")
