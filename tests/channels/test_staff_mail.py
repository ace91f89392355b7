"""The test mailbox: what the team itself was sent is its administrators' business."""

import pytest
from django.utils import timezone

from engagement.channels.catcher.keeping import keep
from engagement.channels.catcher.permissions import may_listen_to_mailbox
from engagement.channels.models import CaughtMail
from engagement.keys import new_key
from engagement.village.models import User
from tests.village.people import client_of, person

STAFF, LINK = "maria@pedralva.example", "https://localhost/accounts/password/reset/key/1-abc/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catching(settings):
    """Settings under which mail is caught; nobody listens."""
    settings.SMTP_URL, settings.CATCHER_PORT = "", 2526


def caught(to: str, title: str, text: str) -> None:
    """As the catcher does it."""
    sender = "care@pedralva.example"
    body = f"From: {sender}\r\nTo: {to}\r\nSubject: {title}\r\n\r\n{text}\r\n".encode()
    keep(delivery=new_key(), sender=sender, recipients=[to], body=body, now=timezone.now())


@pytest.fixture
def sent_to_staff():
    """A link that sets a colleague's password, and a customer's mail."""
    person("agent", email=STAFF, name="Maria Lopes")
    caught(STAFF, "Set your password", LINK)
    caught("ana@cliente.example", "Your bicycle", "Good morning")
    return CaughtMail.objects.get(customer=STAFF)


@pytest.mark.parametrize("role", ["agent", "builder", "benefactor", "architect", "moderator", "master-builder"])
def test_what_the_team_was_sent_is_no_colleagues_business(role, sent_to_staff):
    browser = client_of(person(role, email=f"{role}2@pedralva.example"))
    everything = browser.get("/channels/mailbox/").text
    assert STAFF not in everything
    assert "ana@cliente.example" in everything
    theirs = browser.get("/channels/mailbox/", {"customer": STAFF}).text
    assert LINK not in theirs
    assert "Set your password" not in theirs
    for path in (f"{sent_to_staff.pk}/words/", f"{sent_to_staff.pk}/files/0/"):
        assert browser.get(f"/channels/mailbox/{path}").status_code == 404
    assert browser.post(f"/channels/mailbox/{sent_to_staff.pk}/answer/", {"text": "x"}).status_code == 404
    assert CaughtMail.objects.get(pk=sent_to_staff.pk).is_open is False


def test_the_administrator_reads_what_the_team_was_sent(sent_to_staff):
    browser = client_of(person("administrator", email="ivo@pedralva.example"))
    assert STAFF in browser.get("/channels/mailbox/").text
    assert LINK in browser.get("/channels/mailbox/", {"customer": STAFF}).text


def test_an_old_address_of_a_colleague_stays_closed(sent_to_staff):
    User.objects.filter(email=STAFF).update(email="maria.lopes@pedralva.example")
    browser = client_of(person("agent", email="caio@pedralva.example"))
    assert "Set your password" not in browser.get("/channels/mailbox/", {"customer": STAFF}).text


def test_nobody_else_hears_of_it_by_the_socket(sent_to_staff):
    agent, ivo = person("agent", email="caio@pedralva.example"), person("administrator", email="ivo@pedralva.example")
    assert [may_listen_to_mailbox(agent, rest) for rest in ("all", "staff", "x")] == [True, False, False]
    assert [may_listen_to_mailbox(ivo, rest) for rest in ("all", "staff")] == [True, True]
    assert 'data-live-topic="mailbox:all"' in client_of(agent).get("/channels/mailbox/").text
    assert 'data-live-topic="mailbox:staff"' in client_of(ivo).get("/channels/mailbox/").text
