"""From the link of the terminal to a team: the first set-up in the browser, without one."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.management import call_command
from django.test import Client

from engagement.organization.current import current_organization
from engagement.setup.actions import AlreadySetUp, issue_setup_token
from engagement.village.models import AuditEntry, User

pytestmark = pytest.mark.django_db(transaction=True)

GENERAL = {
    "name": "Padaria Sol",
    "postal_address": "Rua Um, 1, Recife",
    "country": "BR",
    "time_zone": "America/Recife",
    "languages": ["pt-br", "en"],
    "language": "pt-br",
}
ME = {
    "name": "Rita Lima",
    "email": "Rita@Sol.example",
    "password": "quatro pães bem quentes",
    "language": "en",
    "answers_customers": "on",
}


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def begun(visitor: Client) -> Client:
    answer = visitor.post("/setup/", {"token": issue_setup_token()})
    assert answer["Location"] == "/setup/organization/"
    return visitor


def leads_to(answer: Any) -> str:
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return str(answer["Location"])


def test_whole_set_up(begun, settings):
    assert leads_to(begun.post("/setup/organization/", GENERAL)) == "/setup/brand/"
    assert (
        leads_to(begun.post("/setup/brand/", {"uses_color": "on", "accent_color": "#ffdd00"}))
        == "/setup/administrator/"
    )
    assert leads_to(begun.post("/setup/administrator/", ME)) == "/setup/second-factor/"
    me = User.objects.get()
    assert (me.email, me.is_superuser, me.time_zone) == ("rita@sol.example", False, "America/Recife")
    assert sorted(me.groups.values_list("role__slug", flat=True)) == ["administrator", "agent"]

    page = begun.get("/setup/second-factor/").content.decode()
    assert "<code>" in page, page[:1500]
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page)[1]
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert leads_to(begun.post("/setup/second-factor/", {"code": code})) == "/setup/second-factor/"
    assert Authenticator.objects.filter(user=me, type=Authenticator.Type.TOTP).exists()
    assert begun.get("/setup/second-factor/").content.decode().count("<li><code>") == 10
    assert leads_to(begun.post("/setup/second-factor/", {})) == "/setup/mailbox/"

    assert leads_to(begun.post("/setup/mailbox/", {"later": "1"})) == "/setup/team/"
    agent = me.groups.get(role__slug="agent").role
    team = {"addresses": "Ana Souza <ana@sol.example>\nbeto.reis@sol.example", "roles": [agent.pk], "language": "pt-br"}
    assert leads_to(begun.post("/setup/team/", team)) == "/setup/privacy/"
    assert sorted(one.to[0] for one in mail.outbox) == ["ana@sol.example", "beto.reis@sol.example"]
    assert "Padaria Sol" in mail.outbox[0].body
    assert User.objects.get(email="beto.reis@sol.example").name == "Beto Reis"
    privacy = {"privacy_contact_name": "Dora", "privacy_contact_email": "dpo@sol.example", "privacy_policy_url": ""}
    assert leads_to(begun.post("/setup/privacy/", privacy)) == "/"
    assert current_organization().setup_completed_at is not None
    home = begun.get("/").content.decode()
    assert "Get started" in home
    assert "First mailbox" in home


def test_stranger_without_the_link_gets_nothing(visitor):
    issue_setup_token()
    assert "printed in the terminal" in visitor.get("/setup/").content.decode()
    for step in ("organization", "brand", "administrator", "second-factor", "mailbox", "team", "privacy"):
        assert leads_to(visitor.get(f"/setup/{step}/")) == "/setup/"
        assert leads_to(visitor.post(f"/setup/{step}/", ME | GENERAL)) == "/setup/"
    assert visitor.post("/setup/", {"token": "guessed"}).status_code == 422
    assert not User.objects.exists()
    assert current_organization().name != GENERAL["name"]


def test_opening_the_link_spends_nothing_and_pressing_begin_spends_it(visitor):
    token = issue_setup_token()
    assert visitor.get("/setup/", {"token": token}).status_code == 200
    assert leads_to(visitor.post("/setup/", {"token": token})) == "/setup/organization/"
    assert Client().post("/setup/", {"token": token}).status_code == 422


def test_newer_link_takes_the_older_browser_out(begun):
    issue_setup_token()
    assert leads_to(begun.get("/setup/organization/")) == "/setup/"


def test_sign_in_page_leads_to_the_set_up_while_nobody_has_an_account(visitor):
    assert leads_to(visitor.get("/accounts/login/")) == "/setup/"


def test_later_steps_wait_for_the_administrator(begun):
    for step in ("second-factor", "mailbox", "team", "privacy"):
        assert leads_to(begun.get(f"/setup/{step}/")) == "/setup/"


def test_set_up_goes_on_where_it_stopped(begun):
    begun.post("/setup/organization/", GENERAL)
    begun.post("/setup/brand/", {"later": "1"})
    begun.post("/setup/administrator/", ME)
    begun.post("/setup/second-factor/", {"later": "1"})
    me = Client()
    me.force_login(User.objects.get())
    assert leads_to(me.get("/setup/")) == "/setup/mailbox/"


def test_somebody_else_cannot_enter_after_the_administrator(begun):
    begun.post("/setup/organization/", GENERAL)
    begun.post("/setup/administrator/", ME)
    with pytest.raises(AlreadySetUp):
        issue_setup_token()
    stranger = Client()
    assert "/accounts/login/" in leads_to(stranger.get("/setup/"))
    assert "/accounts/login/" in leads_to(stranger.post("/setup/administrator/", ME | {"email": "eve@x.example"}))
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("step", "wrong", "says"),
    [
        ("organization", {"name": ""}, "required"),
        ("organization", {"language": "en", "languages": ["pt-br"]}, "Choose one of the languages"),
        ("organization", {"time_zone": "Mars/Base"}, "Select a valid choice"),
        ("administrator", {"password": "padaria"}, "too short"),
        ("administrator", {"email": "rita"}, "valid email"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(begun, step, wrong, says):
    begun.post("/setup/organization/", GENERAL) if step != "organization" else None
    answer = begun.post(f"/setup/{step}/", (GENERAL if step == "organization" else ME) | wrong)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert says in page
    assert (GENERAL["postal_address"] if step == "organization" else ME["name"]) in page


def test_demanded_second_factor_cannot_be_skipped(begun):
    from django.utils import timezone

    from engagement.setup.actions import change_organization

    begun.post("/setup/organization/", GENERAL)
    begun.post("/setup/administrator/", ME)
    change_organization(values={"second_factor_roles": ["administrator"]}, actor=None, now=timezone.now())
    assert "Continue without" not in begun.get("/setup/second-factor/").content.decode()
    assert leads_to(begun.post("/setup/second-factor/", {"later": "1"})) == "/setup/second-factor/"
    assert leads_to(begun.get("/")) == "/accounts/2fa/totp/activate/"


SAMPLE = "docs/organization.toml"


def test_sample_file_sets_up_the_same(tmp_path):
    call_command("setup", "--file", SAMPLE, verbosity=0)
    ours = current_organization()
    assert (ours.name, ours.time_zone, ours.marketing_cap) == ("Padaria Sol", "America/Recife", 4)
    me = User.objects.get(email="rita@sol.example")
    assert me.has_perm("organization.change_organization")
    assert me.standing == User.Standing.INVITED
    assert User.objects.count() == 4
    assert AuditEntry.objects.filter(action="organization.changed").exists()
    before = len(mail.outbox)
    call_command("setup", "--file", SAMPLE, verbosity=0)
    assert (User.objects.count(), len(mail.outbox)) == (4, before)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[general]\nname = 'X'\nmoon = 1", "moon"),
        ("[planets]\nx = 1", "planets"),
        ("[general]\ntime_zone = 'Mars/Base'\nname='X'", "time_zone"),
        ("[[team]]\nroles=['agent']\naddresses=['a@b.example']", "no administrator yet"),
        ("nonsense", "no TOML"),
        ("[administrator]\nname='R'\nemail='r@s.example'\n[[team]]\nroles=['king']\naddresses=['a@b.example']", "king"),
    ],
)
def test_wrong_file_changes_nothing(tmp_path, text, says):
    from django.core.management import CommandError

    file = tmp_path / "organization.toml"
    file.write_text(text)
    with pytest.raises(CommandError, match=says):
        call_command("setup", "--file", str(file))
    assert not User.objects.exists()


def test_the_first_step_takes_what_a_portuguese_browser_was_shown(settings):
    settings.ORGANISATION_NAME = ""
    visitor = Client(headers={"accept-language": "pt-BR"})
    visitor.post("/setup/", {"token": issue_setup_token()})
    shown = visitor.get("/setup/organization/").context["form"]
    assert shown["language"].value() == "pt-br"
    countries = [name for _code, name in shown.fields["country"].choices]
    assert (
        countries.index("Argélia")
        < countries.index("Argentina")
        < countries.index("Áustria")
        < countries.index("Brasil")
    )
    seen = {"seen_values": shown.present_values}

    assert visitor.post("/setup/organization/", GENERAL | seen | {"name": ""}).status_code == 422
    seen = {"seen_values": visitor.get("/setup/organization/").context["form"].present_values}
    assert leads_to(visitor.post("/setup/organization/", GENERAL | seen)) == "/setup/brand/"
    assert current_organization().language == "pt-br"
    assert visitor.get("/setup/administrator/").context["form"]["language"].value() == "pt-br"
