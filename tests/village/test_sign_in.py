"""The door: passwords, pauses after guessing, and that it never says who works here."""

from unittest.mock import patch

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation

from engagement.village.models import AuditEntry
from tests.village.people import PASSWORD, is_signed_in, person, sign_in

pytestmark = pytest.mark.django_db
IARA = "iara@pedralva.example"


@pytest.fixture(autouse=True)
def fresh_limits(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()


@pytest.fixture
def iara():
    return person("agent", email=IARA, name="Iara Menezes")


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("key").values_list("action", flat=True))


def test_the_right_password_opens_the_door_and_is_noted(iara, client):
    answer = sign_in(client, IARA)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_signed_in(client)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_id, entry.ip_address) == ("sign_in.succeeded", iara.key, "127.0.0.1")


def test_the_address_may_be_typed_in_capitals_and_with_spaces(iara, client):
    sign_in(client, "  IARA@Pedralva.Example ")
    assert is_signed_in(client)


def test_without_remember_the_cookie_ends_with_the_browser(iara, client):
    sign_in(client, IARA)
    assert client.cookies["sessionid"]["expires"] == ""
    assert client.cookies["sessionid"]["max-age"] == ""


def test_with_remember_the_cookie_holds_twelve_hours(iara, client):
    sign_in(client, IARA, remember="on")
    assert client.cookies["sessionid"]["max-age"] == 12 * 60 * 60


def test_a_wrong_password_says_how_many_tries_are_left(iara, client):
    said = [sign_in(client, IARA, "wrong").content.decode() for _ in range(4)]
    for left, page in zip((4, 3, 2), said, strict=False):
        assert f"E-mail or password do not match. {left} tries left before a pause of 15 minutes." in page
    assert "1 try left before a pause of 15 minutes." in said[3]
    assert actions() == ["sign_in.failed"] * 4


def test_the_fifth_wrong_password_pauses_sign_in_even_for_the_right_one(iara, client):
    answers = [sign_in(client, IARA, "wrong").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    answer = sign_in(client, IARA)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 15 * 60
    assert "pauses for 15 minutes" in answer.content.decode()
    assert not is_signed_in(client)
    assert actions() == ["sign_in.failed"] * 4 + ["sign_in.locked_out"]
    locked = AuditEntry.objects.get(action="sign_in.locked_out")
    assert (locked.actor, locked.actor_name, locked.subject_id) == (None, IARA, str(iara.key))
    assert locked.detail == {"tries": 5}


def test_the_pause_ends_after_fifteen_minutes_however_often_one_tried_meanwhile(iara, client):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        for _ in range(5):
            sign_in(client, IARA, "wrong")
        clock.shift(14 * 60)
        assert sign_in(client, IARA).status_code == 429
        clock.shift(61)
        assert sign_in(client, IARA).status_code == 302


def test_the_pause_holds_for_another_browser_at_the_same_address(iara, client):
    for _ in range(5):
        sign_in(
            client,
            IARA,
            "wrong",
        )
    other = Client(headers={"user-agent": "another"})
    assert sign_in(other, IARA).status_code == 429


def test_the_pause_does_not_shut_the_person_out_elsewhere(iara, client):
    for _ in range(40):
        sign_in(client, IARA, "wrong")
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert sign_in(elsewhere, IARA).status_code == 302


def test_guessing_one_account_from_many_addresses_is_stopped_too(iara):
    for number in range(20):
        sign_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), IARA, "wrong")
    assert sign_in(Client(REMOTE_ADDR="198.51.100.77"), IARA).status_code == 200
    assert not AuditEntry.objects.filter(action="sign_in.succeeded").exists()


def test_a_success_forgets_the_failures(iara, client):
    for _ in range(4):
        sign_in(client, IARA, "wrong")
    sign_in(client, IARA)
    assert "4 tries left" in sign_in(Client(), IARA, "wrong").content.decode()


def test_an_unknown_address_is_treated_like_a_known_one(iara):
    def run(address: str) -> list[tuple[int, str]]:
        browser = Client()
        answers = [sign_in(browser, address, "wrong") for _ in range(6)]
        return [(one.status_code, one.content.decode().replace(address, "X")) for one in answers]

    known, unknown = run(IARA), run("nobody@pedralva.example")
    assert [status for status, _ in known] == [status for status, _ in unknown] == [200] * 4 + [429] * 2
    for (_, one), (_, other) in zip(known, unknown, strict=True):
        assert without_tokens(one) == without_tokens(other)


def without_tokens(page: str) -> list[str]:
    return [line for line in page.splitlines() if "csrf" not in line and "nonce" not in line]


@pytest.mark.parametrize("address", [IARA, "nobody@pedralva.example", "invited@pedralva.example"])
def test_each_try_hashes_one_password_whoever_it_is(iara, client, address):
    guest = person(email="invited@pedralva.example")
    guest.set_unusable_password()
    guest.save()
    with patch.object(MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode) as hashed:
        sign_in(client, address, "wrong")
    assert hashed.call_count == 1


def test_the_texts_are_there_in_the_language_of_the_browser(iara, client):
    with translation.override("pt-br"):
        answer = client.post(
            "/accounts/login/", {"login": IARA, "password": "wrong"}, headers={"accept-language": "pt-BR"}
        )
    assert answer.status_code == 200
    assert answer["Content-Language"] == "pt-br"


def test_who_may_not_sign_in_any_more_is_told_so_only_with_the_right_password(iara, client):
    iara.is_active = False
    iara.save()
    assert "tries left" in sign_in(client, IARA, "wrong").content.decode()
    assert sign_in(client, IARA)["Location"] == "/accounts/inactive/"
    assert not is_signed_in(client)


def test_nobody_signs_up_by_themselves(client):
    fields = {"email": "new@pedralva.example", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", fields)
    assert not is_signed_in(client)
    assert AuditEntry.objects.count() == 0


@pytest.mark.parametrize("path", ["/accounts/email/", "/accounts/3rdparty/", "/accounts/social/signup/"])
def test_pages_that_would_add_ways_in_are_not_there(iara, client, path):
    sign_in(client, IARA)
    assert client.get(path).status_code == 404


def test_the_administration_has_no_door_of_its_own(client):
    person("administrator", email="root@pedralva.example", is_staff=True)
    answer = client.get("/admin/login/?next=/admin/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=%2Fadmin%2F")
    client.post("/admin/login/", {"username": "root@pedralva.example", "password": PASSWORD})
    assert not is_signed_in(client)


def test_a_forgotten_password_is_set_anew_by_mail_once(iara, client):
    client.post("/accounts/password/reset/", {"email": IARA})
    (message,) = mail.outbox
    assert message.to == [IARA]
    link = next(word for word in message.body.split() if "/password/reset/key/" in word)
    form = client.get(link.replace("http://testserver", ""), follow=True)
    new = "quite another long password"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert sign_in(Client(), IARA, new).status_code == 302
    again = Client().get(link.replace("http://testserver", ""), follow=True)
    assert "password1" not in again.content.decode()
    assert actions() == ["password.reset", "sign_in.succeeded"]


def test_asking_for_a_new_password_answers_the_same_for_an_unknown_address(iara):
    known = Client().post("/accounts/password/reset/", {"email": IARA}, follow=True)
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@pedralva.example"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert without_tokens(known.content.decode()) == without_tokens(unknown.content.decode())


def test_signing_out_is_noted(iara, client):
    sign_in(client, IARA)
    client.post("/accounts/logout/")
    assert not is_signed_in(client)
    assert actions() == ["sign_in.succeeded", "sign_in.ended"]


@pytest.mark.parametrize(
    ("proxies", "header", "seen"),
    [
        (0, "203.0.113.5", "127.0.0.1"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "10.9.9.9, 203.0.113.5", "203.0.113.5"),
        (2, "1.1.1.1, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (1, "not an address", "127.0.0.1"),
        (2, "203.0.113.5", "127.0.0.1"),
    ],
)
def test_behind_our_proxies_the_clients_own_address_counts_and_cannot_be_made_up(
    iara, client, settings, proxies, header, seen
):
    settings.PROXY_COUNT = proxies
    client.post("/accounts/login/", {"login": IARA, "password": PASSWORD}, headers={"x-forwarded-for": header})
    assert AuditEntry.objects.get().ip_address == seen
