"""The catcher and the customer's mailbox, and the channels' pages."""

import asyncio
import smtplib
import threading

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from engagement.channels.catcher import server
from engagement.channels.catcher.keeping import keep
from engagement.channels.email.parsing import parse
from engagement.channels.email.sender import POOL
from engagement.channels.models import CaughtMail, Channel
from engagement.keys import new_key
from engagement.village.models import AuditEntry, User
from tests.channels.outbound.carrier import Carrier

pytestmark = pytest.mark.django_db
HTML = (
    b"From: Iara <care@pedralva.example>\r\nTo: Ana Prado <ana@cliente.example>\r\nSubject: Sua bicicleta\r\n"
    b"Reply-To: care+t-1@pedralva.example\r\nMessage-ID: <m1@pedralva.example>\r\nReferences: <m0@cliente.example>\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Bom dia</p><script>alert(1)</script>\r\n"
)


@pytest.fixture
def catcher(settings):
    loop = asyncio.new_event_loop()
    running = loop.run_until_complete(server.start(0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    settings.SMTP_URL, settings.CATCHER_PORT = "", running.sockets[0].getsockname()[1]
    yield settings.CATCHER_PORT
    asyncio.run_coroutine_threadsafe(asyncio.to_thread(lambda: connection.close()), loop).result(5)
    loop.call_soon_threadsafe(running.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


@pytest.fixture
def catching(settings):
    """Settings under which mail is caught; nobody listens."""
    settings.SMTP_URL, settings.CATCHER_PORT = "", 2526


@pytest.fixture
def our_listener(settings):
    """Stands for the house's own listener: records what it was given."""
    with Carrier() as running:
        settings.INBOUND_SMTP_HOST, settings.INBOUND_SMTP_PORT = "0.0.0.0", running.port
        yield running
        POOL.close()


@pytest.fixture
def person(client):
    user = User.objects.create_user(email="iara@pedralva.example", name="Iara Menezes", password="x" * 14)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return user


def allow(user, *names):
    user.user_permissions.set(Permission.objects.filter(codename__in=names))


def caught(body=HTML, to=("ana@cliente.example",)):
    """As the catcher does it."""
    keep(delivery=new_key(), sender="care@pedralva.example", recipients=to, body=body, now=timezone.now())


def post(port, body=HTML, to=("ana@cliente.example",)):
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        smtp.sendmail("care@pedralva.example", list(to), body)


@pytest.mark.django_db(transaction=True)
def test_a_message_to_two_customers_stands_in_both_mailboxes(catcher):
    post(catcher, to=["Ana@cliente.example", "rui@cliente.example"])
    assert list(CaughtMail.objects.order_by("customer").values_list("customer", "title")) == [
        ("ana@cliente.example", "Sua bicicleta"),
        ("rui@cliente.example", "Sua bicicleta"),
    ]


def test_what_cannot_be_read_is_kept_as_well():
    caught(body=b"\r\n\r\n\x00\xff")
    assert CaughtMail.objects.get().title == ""


def test_the_page_shows_who_got_what_and_scripts_never_run(catching, client, person):
    caught()
    page = client.get(reverse("channels:mailbox"))
    assert "ana@cliente.example" in page.text
    assert "row--unread" in page.text
    opened = client.get(reverse("channels:mailbox"), {"customer": "ana@cliente.example"})
    assert "Message-ID: &lt;m1@pedralva.example&gt;" in opened.text
    assert not CaughtMail.objects.filter(is_open=False).exists()
    frame = client.get(reverse("channels:mailbox_words", args=[CaughtMail.objects.get().pk]))
    assert "Bom dia" in frame.text
    assert "<script" not in frame.text
    assert "script-src 'none'" in frame.headers["Content-Security-Policy"]


@pytest.mark.parametrize("part", ["list", "messages"])
def test_a_part_is_drawn_alone_for_htmx(part, catching, client, person):
    caught()
    answer = client.get(
        reverse("channels:mailbox"), {"customer": "ana@cliente.example", "part": part}, headers={"HX-Request": "true"}
    )
    assert answer.text.strip().startswith('<div class="column__body"')


def test_an_empty_mailbox_says_what_to_do(catching, client, person):
    assert reverse("channels:mailbox_letter") in client.get(reverse("channels:mailbox")).text


def test_answering_as_the_customer_is_a_real_mail_in_the_thread(catching, our_listener, client, person):
    caught()
    answer = client.post(
        reverse("channels:mailbox_answer", args=[CaughtMail.objects.get().pk]), {"text": "Obrigada.\n"}
    )
    assert answer.status_code == 302
    [(sender, recipients, body)] = our_listener.received
    assert (sender, recipients) == ("ana@cliente.example", ["care+t-1@pedralva.example"])
    assert b"From: Ana Prado <ana@cliente.example>\r\n" in body
    assert b"In-Reply-To: <m1@pedralva.example>\r\n" in body
    assert b"References: <m0@cliente.example>\r\n <m1@pedralva.example>\r\n" in body
    assert b"Subject: Re: Sua bicicleta\r\n" in body
    assert CaughtMail.objects.filter(direction="out", customer="ana@cliente.example").count() == 1
    assert parse(body).visible_text.strip() == "Obrigada."


def test_an_answer_that_is_not_taken_says_why_and_keeps_the_words(catching, our_listener, client, person):
    caught()
    key = CaughtMail.objects.get().pk
    our_listener.answers = {"RCPT": "550 5.1.1 No such mailbox here"}
    answer = client.post(reverse("channels:mailbox_answer", args=[key]), {"text": "refuse me"})
    assert answer.status_code == 422
    assert "No such mailbox here" in answer.text
    assert "refuse me" in answer.text
    assert our_listener.received == []
    assert client.post(reverse("channels:mailbox_answer", args=[key]), {"text": " "}).status_code == 422


def test_a_new_letter_with_a_file_arrives(catching, our_listener, client, person):
    channel = Channel.objects.create(kind="email", name="Care", address="care@pedralva.example")
    page = client.get(reverse("channels:mailbox_letter"))
    assert page.status_code == 200
    facts = {"name": "Rui", "address": "rui@cliente.example", "to": channel.pk, "title": "Olá", "text": "Oi\n"}
    sent = client.post(
        reverse("channels:mailbox_letter"), {**facts, "file": SimpleUploadedFile("nota.txt", b"42", "text/plain")}
    )
    assert sent.status_code == 302
    assert b"nota.txt" in our_listener.received[0][2]
    key = CaughtMail.objects.get().pk
    saved = client.get(reverse("channels:mailbox_file", args=[key, 0]))
    assert b"".join(saved.streaming_content) == b"42"
    assert saved.headers["Content-Disposition"].startswith("attachment")
    bad = client.post(reverse("channels:mailbox_letter"), {**facts, "title": "a\r\nBcc: x@y.example", "address": "rui"})
    assert bad.status_code == 422
    assert set(bad.context["form"].errors) == {"address", "title"}


def test_there_is_no_mailbox_where_mail_leaves(client, person, settings):
    settings.CATCHER_PORT = 0
    settings.SMTP_URL = "smtp://mail.example"
    assert client.get(reverse("channels:mailbox")).status_code == 404
    assert client.get(reverse("channels:mailbox_letter")).status_code == 404


def test_nobody_sees_it_without_signing_in(catching, client):
    assert client.get(reverse("channels:mailbox")).status_code == 302


@pytest.fixture
def care():
    return Channel.objects.create(
        kind="email",
        name="Care",
        address="care@pedralva.example",
        settings={"smtp": {"host": "mail.example", "port": 587, "tls": "required"}, "signature": "x"},
        credentials={"smtp": {"user": "care", "password": "secret-1"}},
    )


FORM = {
    "name": "Care desk",
    "sender_name": "Pedralva",
    "rate_per_minute": "60",
    "imap_tls": "always",
    "checks_senders": "on",
}
SMTP = {"smtp_host": "mail.example", "smtp_port": "587", "smtp_tls": "required", "smtp_user": "care"}


def test_who_may_only_look_changes_nothing(client, person, care):
    url = reverse("channels:channel", args=[care.pk])
    assert client.get(url).status_code == 403
    allow(person, "view_channel")
    assert client.get(reverse("channels:channels")).status_code == 200
    page = client.get(url)
    assert "secret-1" not in page.text
    assert 'name="smtp_host"' not in page.text
    assert client.post(url, {**FORM, **SMTP}).status_code == 403
    assert client.post(reverse("channels:pause", args=[care.pk])).status_code == 403
    assert client.post(reverse("channels:trial", args=[care.pk])).status_code == 403
    care.refresh_from_db()
    assert (care.name, care.status) == ("Care", "active")


def test_a_changed_channel_keeps_its_password_unless_a_new_one_is_written(client, person, care):
    allow(person, "view_channel", "change_channel")
    url = reverse("channels:channel", args=[care.pk])
    assert "secret-1" not in client.get(url).text
    assert client.post(url, {**FORM, **SMTP}).status_code == 302
    care.refresh_from_db()
    assert (care.name, care.rate_per_minute) == ("Care desk", 60)
    assert care.credentials == {"smtp": {"user": "care", "password": "secret-1"}}
    assert care.settings["signature"] == "x"
    client.post(url, {**FORM, **SMTP, "smtp_password": "secret-2"})
    care.refresh_from_db()
    assert care.credentials["smtp"]["password"] == "secret-2"
    entries = AuditEntry.objects.filter(action="channel.changed").order_by("key")
    assert [entry.detail for entry in entries] == [
        {"changed": ["name", "rate_per_minute", "sender_name"]},
        {"changed": ["smtp.password"]},
    ]


def test_a_password_is_never_sent_to_another_host_than_it_was_written_for(client, person, care):
    allow(person, "view_channel", "change_channel")
    url = reverse("channels:channel", args=[care.pk])
    client.post(url, {**FORM, **SMTP, "smtp_host": "evil.example"})
    care.refresh_from_db()
    assert care.credentials["smtp"] == {"user": "care", "password": ""}


def test_a_form_error_says_what_to_do_and_changes_nothing(client, person, care):
    allow(person, "view_channel", "change_channel")
    answer = client.post(
        reverse("channels:channel", args=[care.pk]),
        {**FORM, "smtp_user": "care", "imap_host": "imap.example", "sender_name": "a\nb", "smtp_port": "99999"},
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"smtp_host", "imap_user", "sender_name", "smtp_port"}
    care.refresh_from_db()
    assert care.name == "Care"


def test_pausing_and_resuming_are_audited_once(client, person, care):
    allow(person, "view_channel", "operate_channel")
    url = reverse("channels:pause", args=[care.pk])
    for _ in range(2):
        assert client.post(url).status_code == 302
    care.refresh_from_db()
    assert care.status == "paused"
    client.post(url, {"resume": "1"})
    actions = AuditEntry.objects.filter(action__startswith="channel.").order_by("key")
    assert [entry.action for entry in actions] == ["channel.paused", "channel.resumed"]
