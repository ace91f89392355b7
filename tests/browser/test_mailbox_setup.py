"""An Administrator enters a mailbox in the form, tests it, resumes the channel, and the first email is in the inbox:
against a real Dovecot and a submission server with sign-in, without TLS, by STARTTLS, and with TLS from the start.
"""

import ssl
import threading

import pytest
from django.db import connection
from playwright.sync_api import expect

from engagement.channels.channel_tests import run_waiting
from engagement.channels.inbound import polling
from engagement.channels.inbound.polling import Pollers
from engagement.channels.models import Channel
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
def processes(house, authority, monkeypatch, settings):
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
