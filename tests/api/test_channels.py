"""A program creates, changes, tests, pauses and resumes channels; credentials are written, never shown."""

import json

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from engagement.channels.email.email_settings import EmailSettings
from engagement.channels.models import Channel, ChannelTest
from engagement.channels.sms.sms_settings import SmsSettings
from engagement.village.models import AuditEntry

pytestmark = pytest.mark.django_db
LIST = "/api/v1/channels/"
SMTP = {"host": "smtp.x.example", "port": 587, "tls": "required", "user": "care", "password": "s3cret-smtp"}
IMAP = {"host": "imap.x.example", "user": "care", "password": "s3cret-imap"}
MAILBOX = {
    "kind": "email",
    "name": "Care",
    "address": "Care@x.example",
    "sender_name": "Pedralva",
    "department": "finance",
    "settings": {"smtp": SMTP, "imap": IMAP, "authentication_servers": ["mx.x.example"]},
}
ACCOUNT = "AC" + "a" * 32


@pytest.fixture(autouse=True)
def administrator(agent):
    agent.groups.set([Group.objects.get(role__slug="administrator")])


@pytest.fixture
def send(client, bearer):
    headers = bearer("channels:read", "channels:write")

    def do(method: str, url: str, body=None, headers=headers, **more: str):
        data = "" if body is None else json.dumps(body)
        return getattr(client, method)(url, data, content_type="application/json", headers=headers | more)

    return do


def pointers(answer) -> list[str]:
    assert answer.status_code == 422, answer.content
    return [one["pointer"] for one in answer.json().get("errors", [])]


def test_a_mailbox_is_created_paused_with_credentials_that_nobody_reads(send):
    made = send("post", LIST, MAILBOX)
    assert made.status_code == 201, made.content
    shown = made.json()
    assert (shown["status"], shown["department"], shown["address"]) == ("paused", "finance", "Care@x.example")
    assert shown["settings"]["smtp"]["has_password"] is True
    assert shown["settings"]["imap"]["port"] == 993
    assert b"s3cret" not in made.content + send("get", LIST).content
    held = EmailSettings.from_channel(Channel.objects.get())
    assert held.smtp is not None
    assert held.imap is not None
    assert (held.smtp.password, held.imap.password, held.authentication_servers) == (
        "s3cret-smtp",
        "s3cret-imap",
        ("mx.x.example",),
    )
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"channel.created", "channel.changed"}
    assert pointers(send("post", LIST, MAILBOX)) == ["#/address"]


def test_what_is_left_out_stays_and_null_takes_a_server_away(send):
    url = f"{LIST}{send('post', LIST, MAILBOX).json()['id']}/"
    answer = send("patch", url, {"sender_name": "Pedralva Care", "rate_per_minute": 30})
    assert (answer.json()["sender_name"], answer.json()["rate_per_minute"], answer.json()["name"]) == (
        "Pedralva Care",
        30,
        "Care",
    )
    answer = send("patch", url, {"settings": {"imap": None, "smtp": {"port": 2525}}})
    assert answer.status_code == 200, answer.content
    held = EmailSettings.from_channel(Channel.objects.get())
    assert held.imap is None
    assert held.smtp is not None
    assert (held.smtp.port, held.smtp.password, held.authentication_servers) == (2525, "s3cret-smtp", ("mx.x.example",))


def test_a_kept_password_is_not_sent_to_another_server(send):
    url = f"{LIST}{send('post', LIST, MAILBOX).json()['id']}/"
    assert send("patch", url, {"settings": {"smtp": {"host": "evil.example"}}}).status_code == 200
    held = EmailSettings.from_channel(Channel.objects.get())
    assert held.smtp is not None
    assert (held.smtp.host, held.smtp.password) == ("evil.example", "")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"settings": {"imap": {"host": "imap.x.example", "user": ""}}}, "#/settings/imap/user"),
        ({"settings": {"smtp": {"port": 70000}}}, "#/settings/smtp/port"),
        ({"settings": {"imap": {"after": "move"}}}, "#/settings/imap/move_to"),
        ({"settings": {"sms": {"account": ACCOUNT}}}, "#/settings/sms"),
        ({"settings": {"authentication_servers": ["not a name"]}}, "#/settings/authentication_servers"),
        ({"name": "two\nlines"}, "#/name"),
        ({"kind": "sms"}, "#/kind"),
        ({"status": "active"}, "#/status"),
        ({"settings": {"smtp": {"token": "x"}}}, "#/settings/smtp/token"),
    ],
)
def test_what_is_wrong_is_named_where_it_stands(send, change, place):
    url = f"{LIST}{send('post', LIST, MAILBOX).json()['id']}/"
    before = Channel.objects.values().get()
    assert pointers(send("patch", url, change)) == [place]
    assert Channel.objects.values().get() == before


def test_settings_that_are_wrong_create_nothing(send):
    wrong = MAILBOX | {"settings": {"smtp": {"user": "care"}}}
    assert pointers(send("post", LIST, wrong)) == ["#/settings/smtp/host"]
    assert pointers(send("post", LIST, MAILBOX | {"address": "no address"})) == ["#/address"]
    assert not Channel.objects.exists()


def test_a_number_for_sms(send):
    settings = {"sms": {"account": ACCOUNT, "token": "s3cret", "contact": "care@x.example"}}
    made = send("post", LIST, {"kind": "sms", "name": "Phone", "address": "+55 31 3555-0100", "settings": settings})
    assert (made.status_code, made.json()["address"]) == (201, "+553135550100"), made.content
    assert made.json()["settings"]["sms"]["has_token"] is True
    held = SmsSettings.from_channel(Channel.objects.get())
    assert (held.token, held.contact) == ("s3cret", "care@x.example")
    url = f"{LIST}{made.json()['id']}/"
    assert pointers(send("patch", url, {"settings": {"sms": {"account": "AC1"}}})) == [
        "#/settings/sms/account",
        "#/settings/sms/token",
    ]


def test_pause_and_resume_with_the_state_that_was_read(send, channel):
    url = f"{LIST}{channel.pk}/"
    read = send("get", url)["ETag"]
    paused = send("post", f"{url}pause/", **{"if-match": read})
    assert (paused.status_code, paused.json()["status"]) == (200, "paused")
    late = send("post", f"{url}resume/", **{"if-match": read})
    assert (late.status_code, late.json()["current"]["status"]) == (412, "paused")
    Channel.objects.update(last_inbound_at=timezone.now())
    resumed = send("post", f"{url}resume/", **{"if-match": paused["ETag"]})
    assert resumed.json()["status"] == "active", "an email that came in meanwhile is no change of the channel"
    assert send("patch", url, {"name": "Other"}, **{"if-match": read}).status_code == 200, "it is as it was read"
    assert send("patch", url, {"name": "Third"}, **{"if-match": read}).status_code == 412


def test_a_test_is_started_once_and_read(send, channel):
    url = f"{LIST}{channel.pk}/test/"
    assert send("get", url).status_code == 404
    first, second = send("post", url), send("post", url, {})
    assert (first.status_code, first.json()["status"], first.json()["id"]) == (202, "waiting", second.json()["id"])
    assert ChannelTest.objects.count() == 1
    ChannelTest.objects.update(
        status="failed",
        finished_at=timezone.now(),
        steps=[
            {
                "code": "smtp",
                "state": "failed",
                "values": {"host": "h", "port": 25},
                "problem": {"code": "name", "values": {"host": "h"}},
            }
        ],
    )
    told = send("get", url).json()
    assert (told["status"], told["steps"][0]["state"]) == ("failed", "failed")
    assert told["steps"][0]["detail"] == "No server is called h. Correct the name of the server."


def test_a_test_of_sms_needs_a_phone_and_other_kinds_have_none(send):
    number = Channel.objects.create(kind="sms", name="Phone", address="+553135550100")
    commons = Channel.objects.create(kind="community", name="Commons", address="commons")
    for channel, body, code in (
        (number, {}, "recipient_missing"),
        (number, {"to": "x"}, "recipient_missing"),
        (commons, {}, "not_testable"),
    ):
        answer = send("post", f"{LIST}{channel.pk}/test/", body)
        assert (answer.status_code, answer.json()["type"]) == (422, f"urn:vilarejo:problem:{code}")
    assert send("post", f"{LIST}{number.pk}/test/", {"to": "+5531999990000"}).status_code == 202


def test_scope_and_permission_are_both_needed(send, client, bearer, agent, channel):
    url = f"{LIST}{channel.pk}/"
    reader = bearer("channels:read")
    for method, place, body in (
        ("post", LIST, MAILBOX),
        ("patch", url, {"name": "x"}),
        ("post", f"{url}pause/", None),
        ("post", f"{url}test/", {}),
    ):
        assert send(method, place, body, headers=reader).status_code == 403
    agent.groups.set([Group.objects.get(role__slug="master-builder")])
    assert send("post", f"{url}pause/").status_code == 200
    assert send("patch", url, {"name": "x"}).status_code == 403
    assert send("post", LIST, MAILBOX).status_code == 403
    assert send("get", url).json()["settings"] is None, "only who may change them reads the settings"
    Channel.objects.update(status="active")
    assert Channel.objects.get().name == "Care"
