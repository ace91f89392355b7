"""Where this installation connects to is judged in one place, and nothing goes past it."""

import ast
from ipaddress import ip_address
from pathlib import Path

import pytest

from engagement.channels.email.smtp_server import BadServerURL, server_from_url
from engagement.channels.outgoing_guard import is_allowed

ROOT = Path(__file__).resolve().parents[2]
APPS = ("engagement", "collaboration", "content", "conversations", "community", "campaigns")
CLIENTS = {"requests", "httpx", "httpcore", "urllib3", "aiohttp", "http.client", "urllib.request", "smtplib", "imaplib"}
CLIENTS |= {"imapclient", "poplib", "ftplib", "telnetlib", "nntplib", "xmlrpc.client", "websockets", "dns.resolver"}
CLIENTS |= {
    "boto3",
    "paramiko",
    "asyncio.open_connection",
    "socket.create_connection",
    "socket.socket",
    "socket.connect",
}
# Each of them asks the guard, or connects only to what the machine's own administrator named in the environment.
KNOWN = {
    "engagement/channels/outgoing_guard.py",  # the guard
    "engagement/channels/email/imap.py",
    "engagement/channels/inbound/polling.py",  # only the name of an error
    "engagement/channels/email/channel_test.py",  # only names of errors; it connects as the poller does
    "engagement/channels/connection_problems.py",  # only names of errors
    "engagement/config/operation/doctor.py",  # to what the environment names
    "engagement/channels/email/smtp_session.py",
    "engagement/channels/email/smtp_pipeline.py",  # on a connection of smtp_session's
    "engagement/channels/email/sender_check.py",  # DNS, to the machine's own resolver
    "engagement/channels/sms/carrier.py",
    "engagement/channels/sms/stand_in/server.py",  # the demo's provider, to our own webhook
    "engagement/channels/sms/stand_in/phone.py",
    "engagement/village/views/organisation.py",  # only the name of an error
    "engagement/config/embedded/ports.py",  # a port of this machine
    "engagement/config/embedded/valkey.py",
    "engagement/config/supervisor/readiness.py",
    "engagement/config/celery.py",
}
GUARDED = ("email/imap.py", "email/smtp_session.py", "sms/carrier.py")


def uses_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {
                node.module,
                node.module.partition(".")[0],
                *(f"{node.module}.{name.name}" for name in node.names),
            }
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.add(f"{node.value.id}.{node.attr}")
    return found & CLIENTS


def test_nothing_connects_but_what_is_known():
    found = {
        str(path.relative_to(ROOT)): sorted(used)
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if (used := uses_of(path))
    }
    new = {name: used for name, used in found.items() if name not in KNOWN}
    assert new == {}, "ask engagement.channels.outgoing_guard for the address, then name the module in KNOWN"


@pytest.mark.parametrize("name", GUARDED)
def test_who_connects_to_a_named_host_asks_the_guard(name):
    assert "resolve(" in (ROOT / "engagement/channels" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.5", "127.0.0.1", "169.254.169.254", "168.63.129.16", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
        *("::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "3fff::1"),
        *("::a00:5", "::ffff:10.0.0.5", "::ffff:169.254.169.254", "::ffff:0:10.0.0.5"),
        *("64:ff9b::a00:5", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "2002:a00:5::", "2002:a9fe:a9fe::1"),
        *(
            "2001:0:a00:5::",
            "2001:0:4136:e378:8000:63bf:f5ff:fffa",
            "2606:4700::5efe:a00:5",
            "2606:4700::200:5efe:a00:5",
        ),
    ],
)
def test_an_address_of_our_own_network_is_refused_in_every_spelling(settings, address):
    settings.OUTGOING_ALLOWED_NETWORKS = []
    assert not is_allowed(ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "2606:4700::5efe:808:808"],
)
def test_the_internet_is_allowed(settings, address):
    settings.OUTGOING_ALLOWED_NETWORKS = []
    assert is_allowed(ip_address(address))


@pytest.mark.parametrize("address", ["10.0.5.9", "::ffff:10.0.5.9", "64:ff9b::a00:509"])
def test_a_network_that_is_named_is_allowed(settings, address):
    settings.OUTGOING_ALLOWED_NETWORKS = ["10.0.5.0/24"]
    assert is_allowed(ip_address(address))


@pytest.mark.parametrize(
    ("url", "tls"),
    [
        ("smtp://mail.example", "required"),
        ("smtp://10.0.0.5:25", "required"),
        ("smtp://localhost:1025", "offered"),
        ("smtp://127.0.0.1", "offered"),
        ("smtp+plain://mail.example", "offered"),
        ("smtp://mail.example?tls=never", "never"),
        ("smtp+plain://mail.example?tls=required", "required"),
        ("smtps://mail.example", "always"),
    ],
)
def test_a_mail_server_elsewhere_must_offer_tls(url, tls):
    assert server_from_url(url).tls == tls


def test_another_scheme_is_refused():
    with pytest.raises(BadServerURL, match="smtp"):
        server_from_url("http://mail.example")
