"""The pooled sender against real servers: kept connections, TLS, sign-in, extensions."""

import asyncio
import datetime
import ipaddress
import ssl
import tempfile
import threading
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.mail import send_mail

from engagement.channels import outgoing_guard
from engagement.channels.adapters import Accepted, Handover, Refused, Unreachable
from engagement.channels.email import sender as sender_module
from engagement.channels.email.sender import Pool
from engagement.channels.email.smtp_server import BadServerURL, SmtpServer, server_from_url, server_of
from engagement.channels.email.smtp_session import Letter
from engagement.channels.email.staff_mail import NotSent
from engagement.channels.models import Channel
from tests.factories import make_channel

BODY = b"Subject: x\r\nMessage-ID: <a@b.example>\r\n\r\nHello\r\n"


def letter(*recipients: str, content: bytes = BODY, sender: str = "care@pedralva.example") -> Letter:
    return Letter(sender, recipients or ("ana@cliente.example",), content)


def handover(begin=lambda: True) -> Handover:
    return Handover(begin=begin, observe=lambda _step: None)


@pytest.fixture
def pool():
    made = Pool()
    yield made
    made.close()


@pytest.fixture
def server(carrier):
    return SmtpServer("127.0.0.1", carrier.port, tls="never")


def test_a_connection_is_kept_for_the_next_message(carrier, server, pool):
    for _ in range(5):
        assert isinstance(pool.send(server, letter(), handover()), Accepted)
    assert carrier.connections == 1


def test_a_connection_is_kept_after_a_refusal(carrier, server, pool):
    carrier.answers = {"RCPT": ["550 unknown", "250 OK"]}
    assert pool.send(server, letter(), handover()) == Refused("carrier_refused", "550 unknown")
    assert isinstance(pool.send(server, letter(), handover()), Accepted)
    assert carrier.connections == 1
    assert "RSET" in carrier.commands


@pytest.mark.parametrize("answer", ["cut", "421 idle for too long"])
def test_a_connection_that_died_while_it_rested_costs_no_attempt(answer, carrier, server, pool):
    pool.send(server, letter(), handover())
    carrier.answers = {"MAIL": [answer]}
    assert isinstance(pool.send(server, letter(), handover()), Accepted)
    assert carrier.connections == 2


def test_a_connection_that_rested_long_is_asked_first_and_one_that_rested_longer_is_closed(
    carrier, server, pool, monkeypatch
):
    pool.send(server, letter(), handover())
    monkeypatch.setattr(sender_module, "ASK_AFTER", 0)
    pool.send(server, letter(), handover())
    assert carrier.commands.count("noop") == 1
    monkeypatch.setattr(sender_module, "CLOSE_AFTER", 0)
    pool.send(server, letter(), handover())
    assert carrier.connections == 2


def test_an_interrupted_dialogue_is_never_used_again(carrier, server, pool):
    class Interrupted(BaseException):
        pass

    def interrupt():
        raise Interrupted

    with pytest.raises(Interrupted):
        pool.send(server, letter(), handover(interrupt))
    assert isinstance(pool.send(server, letter(), handover()), Accepted)
    assert carrier.connections == 2
    assert len(carrier.received) == 1


def test_a_message_larger_than_the_server_takes_is_not_tried(carrier, server, pool):
    carrier.features = ("SIZE 100",)
    outcome = pool.send(server, letter(content=BODY + b"x" * 200), handover())
    assert outcome == Refused("too_large", f"{len(BODY) + 200} bytes; the server takes 100.")
    assert [line for line in carrier.commands if line.startswith("MAIL")] == []


def test_letters_outside_ascii_in_an_address_need_a_server_that_takes_them(carrier, server, pool):
    outcome = pool.send(server, letter("josé@cliente.example"), handover())
    assert outcome == Refused("carrier_refused", "553 The server does not offer SMTPUTF8, which this address needs.")
    pool.close()
    carrier.features = ("SMTPUTF8", "8BITMIME")
    assert isinstance(pool.send(server, letter("josé@cliente.example"), handover()), Accepted)
    assert any(line.startswith("MAIL FROM:<care@pedralva.example> SMTPUTF8") for line in carrier.commands)
    assert carrier.received[0][1] == ["josé@cliente.example"]


def test_a_domain_outside_ascii_is_sent_in_its_ascii_form(carrier, server, pool):
    pool.send(server, letter("ana@bücher.example"), handover())
    assert carrier.received[0][1] == ["ana@xn--bcher-kva.example"]


EIGHT_BIT = (
    b"Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n\r\nOl\xc3\xa1\r\n"
)


def test_eight_bits_go_as_they_are_where_offered_and_are_encoded_elsewhere(carrier, server, pool):
    pool.send(server, letter(content=EIGHT_BIT), handover())
    assert "Olá".encode() in carrier.received[0][2]
    assert any("BODY=8BITMIME" in line for line in carrier.commands)
    pool.close()
    carrier.features = ("PIPELINING",)
    pool.send(server, letter(content=EIGHT_BIT), handover())
    assert carrier.received[1][2].isascii()


@pytest.fixture
def secure():
    """An aiosmtpd server with a certificate that nobody vouches for, which requires TLS and a sign-in."""
    taken = []

    class Taking:
        async def handle_DATA(self, _server, session, envelope):
            taken.append((session.ssl is not None, session.authenticated, envelope.content))
            return "250 OK"

    def authenticate(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=(data.login, data.password) == (b"care", b"right"), handled=False)

    context = _context()
    loop = asyncio.new_event_loop()

    def talk():
        return SMTP(
            Taking(),
            tls_context=context,
            require_starttls=True,
            authenticator=authenticate,
            auth_required=True,
            hostname="mail.example",
            loop=loop,
        )

    listening = loop.run_until_complete(loop.create_server(talk, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield listening.sockets[0].getsockname()[1], taken
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


def _context() -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pair.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(path)
    return context


def test_tls_is_used_where_offered_and_the_sign_in_follows_it(secure, pool):
    port, taken = secure
    outcome = pool.send(SmtpServer("127.0.0.1", port, user="care", password="right"), letter(), handover())
    assert isinstance(outcome, Accepted)
    [(encrypted, signed_in, _content)] = taken
    assert encrypted
    assert signed_in


def test_a_certificate_that_nobody_vouches_for_is_refused_unless_that_was_chosen(secure, pool):
    port, taken = secure
    strict = SmtpServer("127.0.0.1", port, tls="required", user="care", password="right")
    outcome = pool.send(strict, letter(), handover())
    assert isinstance(outcome, Unreachable)
    assert "certificate verify failed" in outcome.reply
    lenient = SmtpServer("127.0.0.1", port, tls="required", verify=False, user="care", password="right")
    assert isinstance(pool.send(lenient, letter(), handover()), Accepted)
    assert len(taken) == 1


def test_a_wrong_password_leaves_the_message_waiting(secure, pool):
    port, taken = secure
    outcome = pool.send(SmtpServer("127.0.0.1", port, user="care", password="wrong"), letter(), handover())
    assert isinstance(outcome, Unreachable)
    assert outcome.reply.startswith("535")
    assert taken == []


def test_a_server_without_tls_is_refused_where_tls_is_required(carrier, pool):
    outcome = pool.send(SmtpServer("127.0.0.1", carrier.port, tls="required"), letter(), handover())
    assert isinstance(outcome, Unreachable)
    assert "STARTTLS" in outcome.reply
    assert carrier.received == []


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "10.0.0.1", "192.168.1.1", "::ffff:10.0.0.1", "fe80::1", "0.0.0.0", "100.100.100.200"]
)
def test_a_host_that_a_person_named_is_never_inside_our_own_network(host, pool, settings):
    settings.SMTP_TIMEOUT = 1
    outcome = pool.send(SmtpServer(host, 25, guarded=True), letter(), handover())
    assert isinstance(outcome, Unreachable)
    assert "not on the public internet" in outcome.reply


def test_a_network_can_be_allowed_by_name(settings):
    with pytest.raises(outgoing_guard.ForbiddenHost):
        outgoing_guard.resolve("10.1.2.3", 25)
    settings.OUTGOING_ALLOWED_NETWORKS = ["10.1.0.0/16"]
    assert outgoing_guard.resolve("10.1.2.3", 25) == ["10.1.2.3"]
    with pytest.raises(outgoing_guard.ForbiddenHost):
        outgoing_guard.resolve("127.0.0.1", 25)


def test_the_url_says_all_about_the_server():
    assert server_from_url("smtps://us%40er:p%2Fw@mail.example") == SmtpServer(
        "mail.example", 465, tls="always", user="us@er", password="p/w"
    )
    assert server_from_url("smtp://mail.example:587?tls=required&verify=no") == SmtpServer(
        "mail.example", 587, tls="required", verify=False
    )
    for bad in ("http://mail.example", "smtp://", "smtp://mail.example?tls=maybe"):
        with pytest.raises(BadServerURL):
            server_from_url(bad)
    assert "p/w" not in repr(server_from_url("smtps://user:p%2Fw@mail.example"))


def test_a_channel_s_own_server_goes_before_the_house_s(settings):
    settings.SMTP_URL = "smtp://house.example"
    own = Channel(settings={"smtp": {"host": "own.example"}}, credentials={"smtp": {"user": "u", "password": "p"}})
    assert server_of(Channel()).host == "house.example"
    assert server_of(own) == SmtpServer("own.example", 587, "required", True, "u", "p", guarded=True)


def test_staff_mail_leaves_through_the_house_s_server(carrier, settings):
    settings.EMAIL_BACKEND = "engagement.channels.email.staff_mail.StaffMailBackend"
    assert send_mail("Senha", "Olá", "Vilarejo <no@pedralva.example>", ["Iara <iara@pedralva.example>"]) == 1
    [(sender, recipients, body)] = carrier.received
    assert (sender, recipients) == ("no@pedralva.example", ["iara@pedralva.example"])
    assert b"Subject: Senha\r\n" in body


def test_staff_mail_leaves_through_the_first_mailbox_where_the_installation_names_no_server(carrier, settings, db):
    settings.EMAIL_BACKEND = "engagement.channels.email.staff_mail.StaffMailBackend"
    settings.SMTP_URL, settings.CATCHER_PORT = "", 0
    own = {"host": "127.0.0.1", "port": carrier.port, "tls": "never"}
    first = make_channel("contato@sol.example", settings={"smtp": own})
    make_channel("second@sol.example")

    assert send_mail("Convite", "Olá", "vilarejo@localhost", ["ana@sol.example"]) == 1
    [(sender, recipients, body)] = carrier.received
    assert (sender, recipients) == ("contato@sol.example", ["ana@sol.example"])
    assert b"From: Pedralva <contato@sol.example>\r\n" in body

    Channel.objects.filter(pk=first.pk).update(status=Channel.Status.PAUSED)
    with pytest.raises(NotSent, match="SMTP_URL"):
        send_mail("Convite", "Olá", "vilarejo@localhost", ["ana@sol.example"])
