"""What the custom elements do, in Chromium."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from engagement.village.models import User
from tests.ui import urls as sample_urls

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PACKAGES = Path(settings.STATICFILES_DIRS[0]).parent / "node_modules"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.flaky(reruns=2),  # a busy machine, not the page (docs/adr/0014)
    pytest.mark.urls("tests.ui.urls"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not PACKAGES.is_dir(), reason="npm ci was not run"),
]


class Socket:
    """The other side of the page's socket: keeps what it hears, says what a test wants."""

    def __init__(self) -> None:
        self.heard: Queue[dict[str, Any]] = Queue()
        self.connections: list[ServerConnection] = []
        self.server: Server | None = None
        self.port = 0
        self.refuses_with: int | None = None  # the code with which it closes whatever is opened
        self.start()

    def start(self) -> None:
        self.server = serve(self.listen, "127.0.0.1", self.port)
        self.port = self.server.socket.getsockname()[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def listen(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        if self.refuses_with:
            connection.close(self.refuses_with)
        with suppress(ConnectionClosed):
            for message in connection:
                self.heard.put(json.loads(message))

    def say(self, message: dict[str, Any]) -> None:
        self.connections[-1].send(json.dumps(message))

    def next(self, name: str) -> Any:
        """The next message that has ``name``, within twenty seconds."""
        while True:
            try:
                message = self.heard.get(timeout=20)
            except Empty:
                pytest.fail(f"the page did not say {name!r}")
            if name in message:
                return message[name]

    def stop(self) -> None:
        for connection in self.connections:
            connection.close()
        if self.server:
            self.server.shutdown()


@pytest.fixture
def socket() -> Iterator[Socket]:
    socket = Socket()
    yield socket
    socket.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Playwright keeps a loop running in this thread, which Django takes for asynchronous code.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def tab(live_server, settings, socket, chromium) -> Iterator[Page]:
    """A browser tab of somebody who has signed in, at the page with every element."""
    host = urlsplit(live_server.url).hostname
    settings.LIVE_URL = f"ws://{host}:{socket.port}/live/"
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    connect = {"connect-src": [*directives["connect-src"], f"ws://{host}:{socket.port}"]}
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives | connect}
    sample_urls.seen.clear()
    user = User.objects.create_user("iara@pedralva.example", "uma senha bem boa", name="Iara Menezes")
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    tab = context.new_page()
    tab.set_default_timeout(10000)
    tab.set_default_navigation_timeout(30000)
    tab.problems = []
    tab.on("pageerror", lambda error: tab.problems.append(str(error)))
    tab.on("console", lambda said: said.type == "error" and tab.problems.append(said.text))
    tab.goto(f"{live_server.url}/sample/")
    tab.wait_for_function("Boolean(customElements.get('message-composer'))")
    yield tab
    context.close()


def test_a_changed_topic_fetches_its_fragment_and_is_followed_from_where_it_is(tab, socket):
    assert socket.next("subscribe")["conversation:1"] == 3
    assert socket.next("presence") == {"topic": "conversation:1", "state": "viewing"}
    socket.say({"subscribed": {"conversation:1": 3}, "changed": {}, "denied": []})
    socket.say({"changed": {"conversation:1": 4}})
    expect(tab.locator("#part")).to_have_text("second")
    assert tab.evaluate("document.documentElement.dataset.live") == "live"
    assert tab.problems == []


def test_after_a_break_it_asks_from_the_last_number(tab, socket):
    assert socket.next("subscribe")["conversation:1"] == 3
    socket.say({"changed": {"conversation:1": 12}})
    expect(tab.locator("#part")).to_have_text("second")
    socket.connections[-1].close()
    assert socket.next("subscribe")["conversation:1"] == 12


def close_from_now_on(socket: Socket, code: int) -> None:
    """Close what is open and what opens with a code."""
    socket.refuses_with = code
    socket.connections[-1].close(code)


def test_when_access_has_changed_it_connects_once_again(tab, socket):
    socket.next("subscribe")
    socket.connections[-1].close(4000)
    assert socket.next("subscribe")["conversation:1"] == 3
    expect(tab.locator("html")).to_have_attribute("data-live", "live")
    assert len(socket.connections) == 2
    expect(tab.locator("#connection-lost")).to_be_hidden()


def test_when_access_has_changed_for_good_it_asks_who_is_signed_in(tab, socket):
    socket.next("subscribe")
    tab.evaluate(
        "document.addEventListener('session:doubt', () => { const { dataset } = document.documentElement; "
        "dataset.doubts = `${dataset.doubts ?? ''}one`; })"
    )
    socket.refuses_with = 4401
    socket.connections[-1].close(4000)
    expect(tab.locator("html")).to_have_attribute("data-doubts", "one")
    tab.wait_for_timeout(3000)
    expect(tab.locator("html")).to_have_attribute("data-doubts", "one")
    assert len(socket.connections) == 2


@pytest.mark.parametrize(("code", "tries"), [(4000, 5), (4400, 2), (1009, 2), (4429, 1)])
def test_a_socket_that_is_refused_again_and_again_is_tried_ever_less(tab, socket, code, tries):
    socket.next("subscribe")
    close_from_now_on(socket, code)
    tab.wait_for_timeout(4500)
    tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # looking again hurries nothing
    tab.wait_for_timeout(200)
    assert len(socket.connections) <= 1 + tries


def test_too_many_sockets_are_no_reason_for_alarm(tab, socket):
    socket.next("subscribe")
    socket.say({"subscribed": {"conversation:1": 3}, "now": 3, "changed": {}, "denied": []})
    close_from_now_on(socket, 4429)
    expect(tab.locator("#part")).to_have_text("second", timeout=8000)  # it asks by HTTP
    expect(tab.locator("html")).to_have_attribute("data-live", "polling")
    expect(tab.locator("#connection-lost")).to_be_hidden()
    socket.refuses_with = None
    socket.next("subscribe")
    socket.say({"subscribed": {"conversation:1": 3}, "now": 3, "changed": {}, "denied": []})
    expect(tab.locator("html")).to_have_attribute("data-live", "live")
    expect(tab.locator("#connection-lost")).to_be_hidden()


def test_tries_after_a_refusal_come_ever_later_up_to_a_minute(tab):
    script = """async (code) => {
        const { refusalPause } = await import("vilarejo/live-topics");
        return [...Array(8).keys()].map((count) => refusalPause(code, count, 1));
    }"""
    for code, first in ((4000, 500), (4400, 4000), (4429, 10000)):
        pauses = tab.evaluate(script, code)
        assert pauses == [min(60000, first * 2**count) for count in range(8)]
    assert tab.evaluate("(async () => (await import('vilarejo/live-topics')).refusalPause(4429, 9, 0))()") == 30000


def test_without_a_socket_it_asks_by_http_and_says_so(tab, socket):
    socket.next("subscribe")
    socket.stop()
    expect(tab.locator("#connection-lost")).to_be_visible(timeout=8000)
    expect(tab.locator("#part")).to_have_text("second", timeout=8000)
    expect(tab.locator("#connection-lost")).to_contain_text("This page asks again every 5 s", timeout=8000)
    socket.start()
    expect(tab.locator("#connection-lost")).to_be_hidden(timeout=20000)


def test_who_is_here_is_drawn_without_oneself(tab, socket):
    socket.next("subscribe")
    people = [
        {"id": "7", "name": "Iara Menezes", "initials": "IM", "state": "viewing"},
        {"id": "8", "name": "Caio Brandt", "initials": "CB", "state": "typing"},
    ]
    socket.say({"presence": {"topic": "conversation:1", "people": people}})
    expect(tab.locator("presence-list .avatar")).to_have_count(1)
    expect(tab.locator("presence-list .avatar")).to_have_attribute("aria-label", "Caio Brandt is writing")


def test_the_draft_is_kept_and_colleagues_see_that_one_writes(tab, socket):
    socket.next("subscribe")
    tab.fill("#text", "Bom dia")
    expect(tab.locator("[data-draft-state]")).to_have_text("Saved")
    assert sample_urls.seen == [{"kind": ["reply"], "text": ["Bom dia"]}]
    states = [socket.next("presence")["state"]]
    while states[-1] == "viewing":
        states.append(socket.next("presence")["state"])
    assert states[0] == "viewing"
    assert states[-1] == "typing"


def test_recipients_are_chips_and_a_wrong_address_is_not(tab):
    tab.fill("[data-add-recipient]", "not an address")
    tab.press("[data-add-recipient]", "Enter")
    expect(tab.locator("[data-add-recipient]")).to_have_attribute("aria-invalid", "true")
    tab.fill("[data-add-recipient]", "ana@example.com")
    tab.press("[data-add-recipient]", "Enter")
    expect(tab.locator(".chip input")).to_have_value("ana@example.com")
    expect(tab.locator(".chip [data-remove]")).to_have_attribute("aria-label", "Remove ana@example.com")
    tab.fill("[data-add-recipient]", "ANA@example.com")
    tab.press("[data-add-recipient]", "Enter")
    expect(tab.locator(".chip")).to_have_count(1)
    tab.click(".chip [data-remove]")
    expect(tab.locator(".chip")).to_have_count(0)


def test_a_note_looks_different_and_has_no_recipients(tab):
    tab.click("button[data-kind=note]")
    expect(tab.locator("form.composer--note")).to_have_count(1)
    expect(tab.locator("[data-recipients]")).to_be_hidden()
    expect(tab.locator("input[name=kind]")).to_have_value("note")


def test_while_the_connection_is_lost_sending_waits(tab):
    expect(tab.locator("html")).to_have_attribute("data-live", "live")
    tab.evaluate("document.dispatchEvent(new CustomEvent('live:state', {detail: {state: 'lost'}}))")
    expect(tab.locator("[data-connection-banner]")).to_be_visible()
    expect(tab.locator("[data-send]")).to_have_attribute("aria-disabled", "true")
    tab.fill("#text", "Bom dia")
    tab.press("#text", "Control+Enter")
    assert tab.url.endswith("/sample/")


def test_single_keys_work_outside_of_fields_only(tab):
    tab.keyboard.press("j")
    tab.focus("#text")
    tab.keyboard.press("?")
    expect(tab.locator("#shortcut-sheet")).to_be_hidden()
    tab.locator("#text").blur()
    tab.keyboard.press("/")
    expect(tab.locator(".toast")).to_contain_text("Done, Ana is told")
    tab.keyboard.press("?")
    expect(tab.locator("#shortcut-sheet")).to_be_visible()


def test_single_keys_can_be_switched_off(tab):
    User.objects.update(shortcuts_enabled=False)
    tab.reload()
    tab.wait_for_function("Boolean(customElements.get('shortcut-keys'))")
    tab.keyboard.press("?")
    expect(tab.locator("#shortcut-sheet")).to_be_hidden()
    tab.keyboard.press("Control+k")
    expect(tab.locator("#palette")).to_be_visible()


def test_the_palette_filters_without_accents_and_does_what_was_chosen(tab):
    tab.keyboard.press("Control+k")
    tab.keyboard.type("zoom")
    expect(tab.locator("#palette [role=option]:visible")).to_have_count(1)
    tab.keyboard.press("Enter")
    expect(tab.locator("#palette")).to_be_hidden()
    expect(tab.locator(".toast")).to_contain_text("Done, Ana is told")
    tab.keyboard.press("Control+k")
    tab.keyboard.type("préferenc")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/preferences/")


def test_a_refused_request_is_said_and_nothing_is_swapped(tab):
    tab.click("#fail")
    expect(tab.locator(".toast--tile")).to_contain_text("That is not here any more")
    expect(tab.locator("#fail")).to_be_visible()


def test_what_cannot_be_undone_asks_in_our_own_dialog(tab):
    tab.click("#erase")
    expect(tab.locator("#question [data-question-title]")).to_have_text("Erase Ana?")
    tab.click("#question [value=no]")
    expect(tab.locator(".toast")).to_have_count(0)
    tab.click("#erase")
    tab.click("#question [value=yes]")
    expect(tab.locator(".toast")).to_contain_text("Done, Ana is told")


def test_columns_are_resized_by_keys_and_stay_so(tab):
    splitter = tab.locator("column-splitter")
    before = int(splitter.get_attribute("aria-valuenow"))
    splitter.focus()
    tab.keyboard.press("ArrowLeft")
    expect(splitter).to_have_attribute("aria-valuenow", str(before - 16))
    tab.reload()
    expect(splitter).to_have_attribute("aria-valuenow", str(before - 16))
    splitter.focus()
    tab.keyboard.press("Enter")
    expect(splitter).to_have_attribute("aria-valuenow", str(before))


def test_the_theme_changes_at_once_and_for_good(tab):
    tab.click("theme-switch button")
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
    tab.wait_for_timeout(300)
    assert User.objects.get().theme == "dark"


AXE = PACKAGES / "axe-core" / "axe.min.js"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "address", ["/", "/preferences/", "/components/", "/accounts/2fa/", "/accounts/2fa/totp/activate/"]
)
def test_axe_finds_nothing_in_the_house(tab, live_server, address, scheme):
    User.objects.update(is_staff=True)
    tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    tab.goto(live_server.url + address)
    assert violations(tab) == []


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password/reset/", "/no-such-page/"])
def test_axe_finds_nothing_at_the_gate(tab, live_server, address):
    tab.context.clear_cookies()
    tab.goto(live_server.url + address)
    assert violations(tab) == []


def test_axe_finds_nothing_in_what_floats(tab):
    tab.keyboard.press("Control+k")
    assert violations(tab) == []
    tab.keyboard.press("Escape")
    tab.click(".band__account")
    assert violations(tab) == []


def violations(tab: Page) -> list[tuple[str, list[str]]]:
    """Rules of WCAG 2.2 AA that the page breaks, with where. Evaluated in the page, so the policy does not matter."""
    tab.wait_for_timeout(200)
    tab.evaluate(AXE.read_text() if AXE.is_file() else pytest.skip("axe-core is not installed"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = tab.evaluate("(tags) => axe.run({runOnly: tags})", tags)
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found["violations"]]
