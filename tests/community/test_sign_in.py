"""The entrance: a mailed link, once, for who asked; nobody learns who is a member."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.utils import timezone

from community import renderers
from community.actions import sign_in
from community.models import Member, MemberSession, SignInLink
from community.visitor import COOKIE
from engagement.channels.models import Transmission
from engagement.profiles.models import Identity, Profile
from tests.community.makers import browser_of, make_member, make_space, make_topic
from tests.factories import make_channel
from tests.village.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def post_office():
    cache.clear()
    return make_channel("hello@pedralva.example")


def ask(client: Client, address: str, **more: str):
    return client.post("/community/sign-in/", {"email": address, **more})


def token_in_mail() -> str:
    row = Transmission.objects.filter(source=sign_in.SOURCE).order_by("-key").first()
    words = renderers.sign_in([row])[row.key]
    return words.text.split("/community/sign-in/")[1].split("/")[0]


def test_a_customer_comes_in_by_the_link_in_their_mail():
    client = Client(headers={"accept-language": "pt-BR"})
    assert ask(client, "Ana@Cliente.example", next="/community/ask/")["Location"] == "/community/sign-in/sent/"
    row = Transmission.objects.get()
    assert (row.purpose, row.recipients[0]["address"]) == ("service", "Ana@Cliente.example")
    words = renderers.sign_in([row])[row.key]
    assert words.subject == "Seu link para a Praça Pedralva"
    token = token_in_mail()
    assert "Foi você quem pediu este link?" in client.get(f"/community/sign-in/{token}/").content.decode()
    assert not Member.objects.exists()
    answer = client.post(f"/community/sign-in/{token}/")
    assert answer["Location"] == "/community/me/"
    member = Member.objects.get()
    assert (member.language, "ana" in member.handle) == ("pt-br", False)
    identity = Identity.objects.get(kind="email")
    assert (identity.profile, identity.address_norm) == (member.profile, "ana@cliente.example")
    assert identity.verified_at is not None
    assert Identity.objects.get(kind="handle", scope="community").profile == member.profile
    cookie = answer.cookies[COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/community/", True, "Lax")
    assert client.get("/community/ask/").status_code == 200


def test_the_token_is_kept_nowhere():
    ask(Client(), "ana@cliente.example")
    token = token_in_mail()
    link = SignInLink.objects.get()
    kept = " ".join(str(value) for value in [*vars(link).values(), *vars(Transmission.objects.get()).values()])
    assert token not in kept


def test_a_known_customer_gets_no_second_profile():
    member = make_member("rui", email="rui@cliente.example")
    client = Client()
    ask(client, "RUI@cliente.example", next="/community/questions/")
    answer = client.post(f"/community/sign-in/{token_in_mail()}/")
    assert answer["Location"] == "/community/questions/"
    assert (Member.objects.get(), Profile.objects.count()) == (member, 1)


def test_a_link_works_once():
    ask(Client(), "ana@cliente.example")
    token = token_in_mail()
    assert Client().post(f"/community/sign-in/{token}/").status_code == 302
    assert Client().get(f"/community/sign-in/{token}/").status_code == 410
    assert Client().post(f"/community/sign-in/{token}/").status_code == 410
    assert MemberSession.objects.count() == 1


def test_a_scanner_that_follows_the_link_uses_nothing_up():
    ask(Client(), "ana@cliente.example")
    token = token_in_mail()
    for _ in range(3):
        assert Client().get(f"/community/sign-in/{token}/").status_code == 200
        assert Client().head(f"/community/sign-in/{token}/").status_code == 405
    assert Client().post(f"/community/sign-in/{token}/").status_code == 302


def test_a_link_is_too_old_after_a_quarter_of_an_hour():
    ask(Client(), "ana@cliente.example")
    token = token_in_mail()
    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1), tick=False):
        assert Client().get(f"/community/sign-in/{token}/").status_code == 410
        assert Client().post(f"/community/sign-in/{token}/").status_code == 410
    assert not Member.objects.exists()


@pytest.mark.parametrize("token", ["x", "A" * 43, "'; DROP TABLE", "%00", "ü" * 20])
def test_a_forged_link_lets_nobody_in(token):
    assert Client().post(f"/community/sign-in/{token}/").status_code in (404, 410)
    assert not MemberSession.objects.exists()


def test_the_answer_does_not_tell_who_is_a_member():
    make_member("rui", email="rui@cliente.example")
    known, unknown = (ask(Client(), address) for address in ("rui@cliente.example", "nobody@cliente.example"))
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert Transmission.objects.count() == 2


def test_an_address_gets_at_most_three_mails_and_the_same_answer():
    answers = [ask(Client(), "ana@cliente.example") for _ in range(5)]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/community/sign-in/sent/")}
    assert Transmission.objects.count() == 3


def test_a_client_that_asks_for_many_is_told_to_wait():
    codes = [ask(Client(), f"a{number}@cliente.example").status_code for number in range(22)]
    assert codes[:20] == [302] * 20
    assert codes[20:] == [429] * 2


@pytest.mark.parametrize("address", ["", "ana", "ana@", "a b@c.example", "ana@c.example\nBcc: x@y.example"])
def test_what_is_no_address_is_422(address):
    assert ask(Client(), address).status_code == 422
    assert not SignInLink.objects.exists()


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "/accounts/logout/", "/community\\@evil"])
def test_signing_in_leads_nowhere_else(there):
    client = Client()
    make_member("rui", email="rui@cliente.example")
    ask(client, "rui@cliente.example", next=there)
    assert client.post(f"/community/sign-in/{token_in_mail()}/")["Location"] == "/community/"


def test_a_member_is_nobody_in_the_house():
    browser = browser_of(make_member())
    for path in ("/", "/inbox/", "/community/desk/", "/people/"):
        assert browser.get(path)["Location"].startswith("/accounts/login/")


def test_a_colleague_is_no_member():
    client = Client()
    client.force_login(person("agent"), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/community/ask/")["Location"].startswith("/community/sign-in/")


def test_signing_out_ends_the_session_on_the_server():
    member = make_member()
    browser = browser_of(member)
    stolen = browser.cookies[COOKIE].value
    browser.post("/community/sign-out/")
    thief = Client()
    thief.cookies[COOKIE] = stolen
    assert thief.get("/community/me/")["Location"].startswith("/community/sign-in/")


@pytest.mark.parametrize("value", ["", "x", "abc:def:ghi"])
def test_a_forged_cookie_is_nobody(value):
    client = Client()
    client.cookies[COOKIE] = value
    assert client.get("/community/me/").status_code == 302
    assert client.get("/community/").status_code == 200


def test_a_handle_is_taken_once_and_the_address_of_the_inbox_follows():
    make_member("taken")
    member = make_member("rui")
    browser = browser_of(member)
    assert browser.post("/community/me/", {"name": "Rui", "handle": "taken"}).status_code == 422
    assert browser.post("/community/me/", {"name": "Rui da Serra", "handle": "rui.serra"}).status_code == 302
    open_ones = Identity.objects.filter(kind="handle", profile=member.profile, valid_to=None)
    assert [one.address_norm for one in open_ones] == ["rui.serra"]


@pytest.mark.parametrize("handle", ["<b>", "Ana", "a", "-a-", "a b", "a" * 31, "аna"])
def test_a_handle_has_small_letters_only(handle):
    assert browser_of(make_member()).post("/community/me/", {"name": "Ana", "handle": handle}).status_code == 422


def test_a_name_is_shown_as_text():
    member = make_member("rui")
    browser_of(member).post("/community/me/", {"name": "<script>alert(1)</script>", "handle": "rui"})
    topic = make_topic(make_space(), Member.objects.get(pk=member.pk), title="<img src=x onerror=alert(1)> creaks")
    for path in (topic.get_absolute_url(), "/community/", "/community/members/rui/", "/community/search/?q=creaks"):
        page = Client().get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert "&lt;script&gt;" in Client().get("/community/").content.decode()


def test_posts_need_the_token_of_the_browser():
    topic = make_topic()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser_of(make_member()).cookies
    assert strict.post(f"/community/topics/{topic.pk}/vote/", {"wanted": "yes"}).status_code == 403
    assert strict.post("/community/sign-in/", {"email": "a@b.example"}).status_code == 403


def test_a_day_here_is_counted_once():
    member = make_member()
    browser = browser_of(member)
    browser.get("/community/")
    browser.get("/community/")
    member.refresh_from_db()
    assert member.days_visited == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_who_use_one_link_at_once_one_comes_in():
    make_channel("more@pedralva.example")
    ask(Client(), "ana@cliente.example")
    token = token_in_mail()

    def use(_number: int) -> int:
        try:
            return Client().post(f"/community/sign-in/{token}/").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(use, range(8)))
    assert codes == [302] + [410] * 7
    assert Member.objects.count() == MemberSession.objects.count() == 1
