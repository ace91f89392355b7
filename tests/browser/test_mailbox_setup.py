"""An Administrator enters a mailbox in the form, tests it, resumes the channel, and the first email is in the inbox:
against a real Dovecot and a submission server with sign-in, without TLS, by STARTTLS, and with TLS from the start.
And an empty installation becomes an organization, from the link of the terminal to its first email.
"""

import re
import ssl
import threading
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.db import connection
from playwright.sync_api import expect

from conversations.models import Conversation, Queue
from engagement.channels.channel_tests import run_waiting
from engagement.channels.inbound import polling
from engagement.channels.inbound.polling import Pollers
from engagement.channels.models import Channel
from engagement.setup.actions import issue_setup_token
from engagement.village.models import User
from tests.browser.conftest import run_house
from tests.browser.test_accessible import violations
from tests.channels.authority import Authority
from tests.channels.inbound.dovecot import PASSWORD, USER, dovecot
from tests.channels.submission import submission
from tests.village.people import person

LABELS = {"never": "without TLS", "required": "STARTTLS, required", "always": "TLS from the start"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def box(authority):
    with dovecot(authority=authority) as server:
        yield server


class Processes:
    """The process that fetches mailboxes, and the worker that runs tests."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._poll, self._test)]
        for thread in self._threads:
            thread.start()

    def _poll(self) -> None:
        pollers = Pollers()
        try:
            while not self._stop.wait(0.5):
                pollers.keep_in_step()
        finally:
            pollers.stop()
            connection.close()

    def _test(self) -> None:
        try:
            while not self._stop.wait(0.2):
                run_waiting()
        finally:
            connection.close()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(15)


@pytest.fixture
def processes(house, mail_processes):
    return mail_processes


@pytest.fixture
def mail_processes(authority, monkeypatch, settings, transactional_db):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    monkeypatch.setattr(polling, "LOOK_SECONDS", 1.0)
    settings.CHANNEL_TEST_SECONDS = 20
    running = Processes()
    yield running
    running.stop()


@pytest.fixture
def context(authority, tmp_path):
    certificate, key = authority.write_certificate(tmp_path)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate, key)
    return made


def enter(tab, house, box, sender, tls: str, password: str) -> None:
    for side, port in (("smtp", sender.port), ("imap", box.tls_port if tls == "always" else box.port)):
        tab.locator(f"[name={side}_host]").fill("localhost")
        tab.locator(f"[name={side}_port]").fill(str(port))
        tab.locator(f"[name={side}_tls]").select_option(label=LABELS[tls])
        tab.locator(f"[name={side}_user]").fill(USER)
        tab.locator(f"[name={side}_password]").fill(password)
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text("Saved.")).to_be_visible()


@pytest.mark.parametrize("tls", LABELS)
def test_a_mailbox_works_as_soon_as_its_form_says_so(house, people, open_tab, processes, box, context, screenshot, tls):
    administrator = house.do(person, "administrator", email="ivo@pedralva.example", name="Ivo Adler")
    address = f"contact-{tls}@pedralva.example"
    with submission(box, tls=tls, context=context) as sender:
        tab = open_tab(administrator, "/channels/new/")
        tab.get_by_label("Name", exact=True).fill("Contact")
        tab.get_by_label("Our address").fill(address)
        tab.locator("main form button[type=submit]").click()
        expect(tab.get_by_role("heading", name="Contact", exact=True)).to_be_visible()

        enter(tab, house, box, sender, tls, "guess")
        tab.get_by_role("button", name="Test the connection").click()
        panel = tab.locator("#channel-test")
        expect(panel).to_contain_text("localhost refuses the user or the password")
        expect(panel.get_by_text("failed", exact=True).first).to_be_visible()

        enter(tab, house, box, sender, tls, PASSWORD)
        tab.get_by_role("button", name="Test the connection").click()
        expect(panel).to_contain_text("its mailbox is fetched as soon as you resume it", timeout=30000)
        tab.get_by_role("button", name="Resume").click()
        tab.get_by_role("button", name="Test the connection").click()
        expect(panel.locator("h2").get_by_text("passed", exact=True)).to_be_visible(timeout=45000)
        expect(panel.locator("li .end")).to_have_text(["passed"] * 6)
        screenshot(tab, f"mailbox-{tls}")
        assert violations(tab) == []

        house.do(join_queue, people.queue, address)
        title = f"Question by {tls}"
        letter = (
            f"From: Ana <ana@cliente.example>\r\nTo: {address}\r\nSubject: {title}\r\nMessage-ID: <{tls}@c.example>\r\n"
        )
        box.deliver(f"{letter}\r\nHello\r\n".encode())
        inbox = open_tab(people.iara)
        expect(inbox.get_by_text(title).first).to_be_visible(timeout=30000)
        expect(inbox.get_by_text("Test of this mailbox")).to_have_count(0)


def join_queue(queue, address: str) -> None:
    queue.channels.add(Channel.objects.get(address=address))


@pytest.fixture
def visitor(chromium, live_server, settings, mail_processes):
    """A browser at an installation where nobody has an account, of a phone's width."""
    with run_house(live_server, settings) as running:
        context = chromium.new_context(
            viewport={"width": 390, "height": 844}, color_scheme="dark", locale="en-US", reduced_motion="reduce"
        )
        page = context.new_page()
        page.set_default_timeout(60000)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        yield page, running
        context.close()
        assert problems == []


def test_an_empty_installation_is_set_up_until_its_first_email_waits(visitor, live_server, box, context, screenshot):
    page, running = visitor

    def look(name: str) -> None:
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
        assert name not in ("organization", "mailbox-passed") or violations(page) == [], name
        screenshot(page, f"setup-{name}")

    page.goto(f"{live_server.url}/")
    expect(page.get_by_text("printed in the terminal")).to_be_visible()
    link = f"{live_server.url}/setup/?token={running.do(issue_setup_token)}"
    page.goto(link)
    look("begin")
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("Name", exact=True).fill("Padaria Sol")
    page.get_by_label("Postal address").fill("Rua Um, 1, Recife")
    look("organization")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", name="Logo and color")).to_be_visible()

    page.go_back()  # what was typed is kept, and saving it again leads on
    expect(page.get_by_label("Name", exact=True)).to_have_value("Padaria Sol")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("button", name="Later").click()
    second = page.context.new_page()  # a second tab goes on where the first one is, and the link is spent
    second.goto(link)
    expect(second.get_by_role("heading", name="Administrator")).to_be_visible()
    second.close()

    page.get_by_label("Your name").fill("Rita Lima")
    page.get_by_label("Your work email").fill("rita@sol.example")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_label("Your name")).to_have_value("Rita Lima")
    page.get_by_label("Password").fill("quatro pães bem quentes")
    look("administrator")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    look("second-factor")
    secret = re.sub(r"\s", "", page.locator("code").first.inner_text())
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    page.locator("input[name=code]").fill(code)
    page.get_by_role("button", name="Switch on").click()
    page.get_by_role("button", name="I have kept them").click()

    expect(page.get_by_role("heading", name="First mailbox")).to_be_visible()
    look("mailbox")
    with submission(box, tls="required", context=context) as sender:
        page.get_by_label("Address of the mailbox").fill("contact@sol.example")
        page.get_by_label("User", exact=True).fill(USER)
        page.get_by_label("Password").fill("guess")
        for side, port in (("imap", box.port), ("smtp", sender.port)):
            page.locator(f"[name={side}_host]").fill("localhost")
            page.locator(f"[name={side}_tls]").select_option("required")
            page.locator(f"[name={side}_port]").fill(str(port))
        page.get_by_role("button", name="Connect and test").click()
        panel = page.locator("#channel-test")
        expect(panel).to_contain_text("localhost refuses the user or the password")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Save and test again").click()
        expect(panel.locator("h2").get_by_text("passed", exact=True)).to_be_visible(timeout=45000)
        expect(panel.locator("li .end")).to_have_text(["passed"] * 6)
        page.reload()
        look("mailbox-passed")
        page.get_by_role("button", name="Continue").click()

        page.get_by_label("Email addresses").fill("Ana Souza <ana@sol.example>")
        page.get_by_role("checkbox", name=re.compile("^Agent: Customer care")).check()
        look("team")
        page.get_by_role("button", name="Send invitations and continue").click()
        page.get_by_label("Privacy contact", exact=True).fill("Dora Alves")
        look("privacy")
        page.get_by_role("button", name="Save and continue").click()
        expect(page.get_by_role("heading", name="Get started")).to_be_visible()
        look("home")

        letter = (
            "From: Ana <ana@cliente.example>\r\nTo: contact@sol.example\r\nSubject: Bread\r\nMessage-ID: <b@c.example>"
        )
        box.deliver(f"{letter}\r\n\r\nIs it fresh?\r\n".encode())
        end = time.monotonic() + 60
        while not running.do(waiting_for, "rita@sol.example"):
            assert time.monotonic() < end, "nobody may answer the first email"
            page.wait_for_timeout(200)


def waiting_for(email: str) -> bool:
    queues = Queue.objects.worked_by(User.objects.get(email=email))
    return Conversation.objects.filter(queue__in=queues, profile__name="Ana").exists()
