"""The first mailbox is connected and tested inside the set-up; the servers themselves are tried by the channel tests."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from conversations.models import Queue
from engagement.channels.email.email_settings import EmailSettings
from engagement.channels.models import Channel, ChannelTest, RawEvent
from engagement.organization.models import Organization
from engagement.setup.actions import create_administrator
from engagement.village.models import AuditEntry, User

pytestmark = pytest.mark.django_db
BOX = {
    "address": "contact@sol.example",
    "user": "",
    "password": "open sesame",
    "imap_host": "imap.sol.example",
    "imap_tls": "always",
    "imap_port": "",
    "smtp_host": "smtp.sol.example",
    "smtp_tls": "required",
    "smtp_port": "2587",
}
STEP = "/setup/mailbox/"


@pytest.fixture
def administrator() -> User:
    now = timezone.now()
    return create_administrator(
        name="Rita", email="rita@sol.example", password="quatro pães", language="en", now=now, other_roles=["agent"]
    )


@pytest.fixture
def browser(administrator) -> Client:
    client = Client()
    client.force_login(administrator, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def post(browser: Client, **facts: str) -> Any:
    return browser.post(STEP, BOX | facts)


def end_test(status: str) -> None:
    ChannelTest.objects.update(status=status, finished_at=timezone.now())


def test_the_mailbox_runs_and_is_tested_and_somebody_reads_it(browser, administrator):
    page = browser.get(STEP).text
    assert "Connect and test" in page
    assert 'name="later"' in page
    assert post(browser)["Location"] == f"{STEP}#channel-test"
    row = Channel.objects.get()
    own = EmailSettings.from_channel(row)
    assert (row.name, row.address, row.status) == ("Pedralva", "contact@sol.example", "active")
    assert (own.imap.host, own.imap.port, own.imap.user, own.imap.password, own.imap.start) == (
        *("imap.sol.example", 993, "contact@sol.example", "open sesame", "new"),
    )
    assert (own.smtp.host, own.smtp.port, own.smtp.user) == ("smtp.sol.example", 2587, "contact@sol.example")
    assert ChannelTest.objects.get().status == "waiting"
    queue = Queue.objects.get(is_default=True)
    assert str(queue) == "Inbox"
    assert list(Queue.objects.worked_by(administrator)) == [queue]
    page = browser.get(STEP).text
    assert 'hx-trigger="every 1s"' in page
    assert "open sesame" not in page
    assert "One is kept" in page


def test_what_is_wrong_is_corrected_in_the_step(browser):
    post(browser, imap_host="imap.sol.exampel")
    answer = post(browser)
    assert answer.status_code == 422
    assert "A test is running" in answer.text
    end_test("failed")
    missing = post(browser, password="", imap_host="imap.sol.example")
    assert missing.status_code == 422  # a kept password never goes to another server
    assert "Type the password" in missing.text
    assert 'value="imap.sol.example"' in missing.text
    assert post(browser, address="contato@sol.example").status_code == 302
    row = Channel.objects.get()
    assert (row.address, EmailSettings.from_channel(row).imap.host) == ("contato@sol.example", "imap.sol.example")
    end_test("passed")
    assert post(browser, password="", address="contato@sol.example").status_code == 302  # both are the same account
    assert EmailSettings.from_channel(Channel.objects.get()).smtp.password == "open sesame"
    end_test("passed")
    RawEvent.objects.create(channel=row, body=b"x", received_at=timezone.now())
    refused = post(browser, address="other@sol.example")
    assert refused.status_code == 422
    assert "Messages came to the present address" in refused.text
    Channel.objects.create(kind="email", name="Other", address="other@sol.example")
    RawEvent.objects.all().delete()
    assert "already" in post(browser, address="Other@sol.example").text


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"address": "contact"}, "no e-mail address"),
        ({"address": "a@b.example\r\nBcc: x@y.example"}, "one line"),
        ({"imap_host": ""}, "required"),
        ({"imap_host": "a\nb"}, "one line"),
        ({"smtp_port": "70000"}, "65535"),
        ({"imap_tls": "perhaps"}, "valid choice"),
        ({"password": ""}, "Type the password"),
        ({"user": "x" * 201}, "200"),
    ],
)
def test_wrong_input_makes_no_channel_and_stays_typed(browser, wrong, says):
    answer = post(browser, **wrong)
    assert answer.status_code == 422
    assert says in answer.text
    assert wrong.keys() & {"smtp_port"} or 'value="2587"' in answer.text
    assert not Channel.objects.exists()


@pytest.mark.parametrize(("status", "left"), [("failed", "paused"), ("passed", "active"), ("running", "active")])
@pytest.mark.parametrize("way", ["done", "later"])
def test_leaving_the_step_pauses_what_failed(browser, status, left, way):
    post(browser)
    end_test(status) if status != "running" else None
    assert browser.post(STEP, {way: "1"}).status_code == 302
    assert Channel.objects.get().status == left
    assert "mailbox" in Organization.objects.get().setup_steps_done


def test_only_who_may_make_channels_connects_one(browser, administrator):
    group = Group.objects.get(role__slug="administrator")
    group.permissions.remove(group.permissions.get(codename="operate_channel"))
    assert post(browser).status_code == 403
    assert not Channel.objects.exists()


def test_the_history_names_who_connected_it_and_no_password(browser, administrator):
    post(browser)
    entries = AuditEntry.objects.filter(subject_type="engagement_channels.channel")
    assert [entry.action for entry in entries.order_by("key")] == [
        *("channel.created", "channel.changed", "channel.resumed", "channel.tested")
    ]
    assert {entry.actor_id for entry in entries} == {administrator.pk}
    assert "sesame" not in str([entry.detail for entry in AuditEntry.objects.all()])


def test_an_older_tab_does_not_write_over_what_was_saved_meanwhile(browser):
    post(browser)
    end_test("failed")
    older = browser.get(STEP).context["form"].present_values
    assert post(browser, imap_host="imap.lua.example", seen_values=older).status_code == 302
    end_test("failed")
    answer = post(browser, imap_host="imap.mar.example", seen_values=older)
    assert answer.status_code == 422
    assert "Saved meanwhile: imap.lua.example" in answer.text
    assert EmailSettings.from_channel(Channel.objects.get()).imap.host == "imap.lua.example"
