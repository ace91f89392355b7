"""The test of a channel does what the work will do, against a real Dovecot, a submission server with sign-in, and the
built-in provider of SMS; each failure says what to do.
"""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from engagement.channels.actions.configure import configure
from engagement.channels.channel_tests import request_test, run_waiting
from engagement.channels.connection_problems import describe
from engagement.channels.email.email_settings import EmailSettings, ImapSettings, SmtpSettings
from engagement.channels.email.imap import Mailbox, connect, fetch_new
from engagement.channels.email.sender import POOL
from engagement.channels.inbound import processing
from engagement.channels.inbound.polling import Pollers
from engagement.channels.models import Channel, ChannelTest, RawEvent
from engagement.channels.selectors.channels import health
from engagement.village.audit import Origin
from tests.channels.authority import Authority
from tests.channels.inbound.dovecot import PASSWORD, USER, dovecot, free_port
from tests.channels.submission import submission
from tests.factories import make_channel, make_user

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
MODES = ("never", "required", "always")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def box(authority):
    with dovecot(authority=authority) as server:
        yield server


@pytest.fixture(autouse=True)
def trusting(authority, monkeypatch, settings):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    settings.CHANNEL_TEST_SECONDS = 3
    settings.SMTP_TIMEOUT = 5
    yield
    POOL.close()


@pytest.fixture
def context(authority, tmp_path):
    certificate, key = authority.write_certificate(tmp_path)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate, key)
    return made


def configured(channel: Channel, own: EmailSettings) -> Channel:
    facts = {"name": channel.name, "sender_name": "", "rate_per_minute": None}
    return configure(
        channel=channel, **facts, kind_settings=own, actor=make_user(), origin=Origin(), now=timezone.now()
    )


def settings_for(box, sender, tls: str, **facts) -> EmailSettings:
    port = box.tls_port if tls == "always" else box.port
    imap = ImapSettings(
        "localhost", port, tls, USER, PASSWORD, start="new", since=timezone.now(), **facts.pop("imap", {})
    )
    smtp = SmtpSettings("localhost", sender.port, tls, USER, facts.pop("smtp_password", PASSWORD))
    return EmailSettings(smtp=smtp, imap=imap)


def run_one(channel: Channel, **facts) -> ChannelTest:
    test = request_test(channel=channel, actor=None, origin=Origin(), now=timezone.now(), **facts)
    assert run_waiting() == 1
    test.refresh_from_db()
    return test


def states(test: ChannelTest) -> list[tuple[str, str]]:
    return [(step["code"], step["state"]) for step in test.steps]


def messages_of_tests(box, folder: str = "INBOX") -> list[bytes]:
    client = box.client()
    client.select_folder(folder, readonly=True)
    found = client.fetch(client.search(["HEADER", "Message-ID", "channel-test."]), ["ENVELOPE"])
    client.logout()
    return [fact[b"ENVELOPE"].message_id for fact in found.values()]


def failure(test: ChannelTest) -> str:
    return next(step["problem"]["code"] for step in test.steps if step["state"] == "failed")


@pytest.mark.parametrize("tls", MODES)
def test_a_mailbox_that_is_entered_passes_and_is_fetched(box, context, tls):
    with submission(box, tls=tls, context=context) as sender:
        care = configured(make_channel(status="paused"), settings_for(box, sender, tls))
        test = run_one(care)
        assert states(test) == [
            *(("smtp", "passed"), ("imap", "passed"), ("send", "passed"), ("return", "passed")),
            *(("read", "skipped"), ("remove", "passed")),
        ]
        assert test.steps[4]["problem"]["code"] == "paused"
        assert messages_of_tests(box) == []
        assert sender.taken[0][1] == [care.address]
    Channel.objects.update(status="active")
    box.deliver(b"From: ana@x.example\r\nMessage-ID: <after-%s@x.example>\r\n\r\nHello\r\n" % tls.encode())
    found = Mailbox.of(Channel.objects.get())
    client = connect(found)
    try:
        assert fetch_new(client, found, now=timezone.now()) >= 1
    finally:
        client.shutdown()
    bodies = [bytes(body) for body in RawEvent.objects.values_list("body", flat=True)]
    assert any(b"after-%s@" % tls.encode() in body for body in bodies)


def test_an_active_channel_proves_poller_and_reading_and_begins_no_conversation(box, context, settings):
    settings.CHANNEL_TEST_SECONDS = 15
    with submission(box, tls="required", context=context) as sender:
        care = configured(make_channel(), settings_for(box, sender, "required"))
        pollers, reading = Pollers(), _Reading()
        pollers.keep_in_step()
        try:
            test = run_one(care)
        finally:
            pollers.stop()
            reading.stop()
    assert (test.steps[-1]["problem"], Channel.objects.get().fetch_problem) == ({}, {})
    assert (test.status, [state for _code, state in states(test)]) == ("passed", ["passed"] * 6)
    assert messages_of_tests(box) == []
    mine = f"channel-test.{test.pk.hex}@".encode()
    rows = [row for row in RawEvent.objects.all() if mine in bytes(row.body)]
    assert [(row.status, row.kind) for row in rows] == [("robot", "loop")]


class _Reading:
    """The workers that read what came in."""

    def __init__(self) -> None:
        import threading

        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        from django.db import connection

        try:
            while not self._ended.wait(0.2):
                processing.process_waiting()
        finally:
            connection.close()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(10)


def test_each_failure_of_sending_has_its_reason(box, context):
    with submission(box, tls="required", context=context) as sender:
        own = settings_for(box, sender, "required")
        for facts, code in (
            ({"password": "guess"}, "sign_in"),
            ({"port": free_port()}, "refused"),
            ({"host": "no-such-host.invalid"}, "name"),
            ({"tls": "always"}, "tls_not_spoken"),
            ({"host": "10.255.255.1"}, "forbidden"),
        ):
            wrong = SmtpSettings(
                **{"host": "localhost", "port": sender.port, "user": USER, "password": PASSWORD} | facts
            )
            care = configured(make_channel(), EmailSettings(smtp=wrong, imap=own.imap))
            test = run_one(care)
            assert (test.status, failure(test)) == ("failed", code), facts
            assert states(test)[1:] == [
                ("imap", "pending"),
                ("send", "pending"),
                ("return", "pending"),
                ("read", "pending"),
                ("remove", "pending"),
            ]
        sender.refusal = "553 5.7.1 not your address"
        care = configured(make_channel(), own)
        assert failure(run_one(care)) == "send_refused"
    with submission(box, tls="never") as sender:
        wrong = SmtpSettings("localhost", sender.port, "required", USER, PASSWORD)
        assert failure(run_one(configured(make_channel(), EmailSettings(smtp=wrong)))) == "starttls_missing"


def test_each_failure_of_the_mailbox_has_its_reason(box, context, monkeypatch, tmp_path):
    with submission(box, tls="required", context=context) as sender:
        for facts, code in (
            ({"password": "guess"}, "sign_in"),
            ({"folder": "No such folder"}, "folder"),
            ({"after": "move", "move_to": "Nowhere"}, "target_folder"),
            ({"port": free_port()}, "refused"),
            ({"tls": "always"}, "tls_not_spoken"),
            ({"host": "no-such-host.invalid"}, "name"),
        ):
            wrong = ImapSettings(
                **{"host": "localhost", "port": box.port, "tls": "required", "user": USER, "password": PASSWORD} | facts
            )
            own = settings_for(box, sender, "required")
            test = run_one(configured(make_channel(), EmailSettings(smtp=own.smtp, imap=wrong)))
            assert (failure(test), states(test)[0]) == (code, ("smtp", "passed")), facts
        monkeypatch.setenv("SSL_CERT_FILE", str(Authority(tmp_path).path))  # another authority
        test = run_one(configured(make_channel(), settings_for(box, sender, "required")))
        assert failure(test) == "certificate"


def test_a_message_that_does_not_come_back_is_said_and_looked_for_in_spam(box, context):
    client = box.client()
    if not client.folder_exists("Junk"):
        client.create_folder("Junk")
    client.logout()
    with submission(box, tls="never") as sender:
        sender.drops = True
        test = run_one(configured(make_channel(), settings_for(box, sender, "never")))
        assert (failure(test), states(test)[3]) == ("not_back_imap", ("return", "failed"))
        care = configured(make_channel(), EmailSettings(smtp=settings_for(box, sender, "never").smtp))
        assert failure(run_one(care)) == "not_back_smtp"


@pytest.mark.parametrize("capability", ["", "IMAP4rev1 LITERAL+"])
def test_only_the_messages_of_our_tests_are_deleted(context, capability):
    with dovecot(capability=capability) as box, submission(box, tls="never") as sender:
        care = configured(make_channel(status="paused"), settings_for(box, sender, "never"))
        late = ChannelTest.objects.create(
            channel=care, status="failed", created_at=NOW, touched_at=NOW, finished_at=NOW, steps=[]
        )
        domain = care.address.partition("@")[2]
        others = [
            "<channel-test.0123@elsewhere.example>",
            f"<channel-test.{late.pk.hex}@{domain}> <x@y.example>",
            f"<x-channel-test.{late.pk.hex}@{domain}>",
        ]
        own = f"<channel-test.{late.pk.hex}@{domain}>"
        box.deliver(*(f"Message-ID: {one}\r\nSubject: x\r\n\r\nx\r\n".encode() for one in [*others, own]))
        client = box.client()
        client.select_folder("INBOX")
        client.add_flags([2], [rb"\Deleted"])  # somebody's mail program marked it, and expunges it later
        client.logout()
        test = run_one(care)
        assert states(test)[-1] == ("remove", "passed")
        flags = box.flags()
        left = [uid for uid, marks in flags.items() if rb"\Deleted" not in marks]
        assert (left, sorted(flags)) == ([1, 3], [1, 2, 3] if not capability else [1, 2, 3, 4, 5])


def test_a_channel_works_only_after_a_test_and_until_its_servers_change():
    care = make_channel()

    def told() -> tuple[str, bool]:
        found = health(channel=care, now=timezone.now())
        return found.test, found.is_untested

    assert told() == ("", True)
    ChannelTest.objects.create(channel=care, status="waiting", created_at=NOW, touched_at=NOW)
    assert told() == ("", True)
    ChannelTest.objects.update(status="failed", finished_at=NOW)
    assert told() == ("failed", False)
    ChannelTest.objects.create(channel=care, status="passed", created_at=NOW, touched_at=NOW, finished_at=NOW)
    assert told() == ("passed", False)
    own = EmailSettings(smtp=SmtpSettings("mail.example", 587, "required", USER, PASSWORD))
    configured(care, own)
    assert told() == ("", True)
    ChannelTest.objects.create(channel=care, status="passed", created_at=NOW, touched_at=NOW, finished_at=NOW)
    care.refresh_from_db()
    configured(care, own)  # nothing changed
    assert told() == ("passed", False)
    other = Channel.objects.create(kind="carrier pigeon", name="Pigeon", address="loft")
    assert health(channel=other, now=NOW).is_untested is False


def test_the_page_shows_steps_reasons_and_languages(client, box, context):
    person = make_user()
    person.is_superuser = True
    person.save()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    wrong = ImapSettings("localhost", box.port, "never", USER, "guess")
    with submission(box, tls="never") as sender:
        own = settings_for(box, sender, "never")
        care = configured(make_channel(), EmailSettings(smtp=own.smtp, imap=wrong))
        answer = client.post(reverse("channels:trial", args=[care.pk]), follow=True)
        assert 'hx-trigger="every 1s"' in answer.text
        assert client.post(reverse("channels:trial", args=[care.pk])).status_code == 302
        assert ChannelTest.objects.count() == 1
        assert run_waiting() == 1
    page = client.get(reverse("channels:test_progress", args=[care.pk])).text
    assert "hx-trigger" not in page
    assert "localhost refuses the user or the password" in page
    problem = ChannelTest.objects.get().steps[1]["problem"]
    with translation.override("pt-br"):
        assert describe(problem).startswith("localhost recusa o usuário ou a senha")


def test_a_test_whose_worker_died_ends_and_can_be_started_again(client):
    care = make_channel()
    old = timezone.now() - timedelta(minutes=10)
    ChannelTest.objects.create(channel=care, status="running", created_at=old, touched_at=old)
    test = request_test(channel=care, actor=None, origin=Origin(), now=timezone.now())
    assert test.status == "waiting"
    assert list(ChannelTest.objects.order_by("id").values_list("status", flat=True)) == ["failed", "waiting"]
