"""Chromium, the house, and the people in it."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from engagement.channels.email.listener import ListenerOptions, quieten_library
from engagement.channels.email.sender import POOL
from engagement.realtime import access_changes
from engagement.village.models import User
from tests.browser.house import House, Socket, Workers
from tests.channels.inbound.conftest import RunningListener
from tests.channels.outbound.carrier import Carrier
from tests.factories import make_channel, make_queue, make_user

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ROOT = Path(django_settings.STATICFILES_DIRS[0]).parent
PACKAGES = ROOT / "node_modules"
SCREENSHOTS = ROOT / "var" / "screenshots"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
expect.set_options(timeout=15000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs Chromium and the browser's packages; say so once, in one line."""
    missing = "Chromium is not installed" if CHROMIUM is None else "" if PACKAGES.is_dir() else "npm ci was not run"
    for item in items:
        if "tests/browser" not in str(item.path):
            continue
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.flaky(reruns=2))
        item.add_marker(pytest.mark.django_db(transaction=True))
        if missing:
            item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Playwright keeps a loop running in this thread, which Django takes for asynchronous code.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def access_changes_beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell sockets from a thread of its own: in this one Playwright's loop runs, and Django's callers have none."""
    send = access_changes._send

    def beside(keys: list[UUID], ended: str) -> None:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(send, keys, ended).result(10)

    monkeypatch.setattr(access_changes, "_send", beside)


@pytest.fixture
def people(transactional_db: None) -> SimpleNamespace:
    """Two agents of one queue, and the mailbox that leads into it."""
    care = make_channel("care@pedralva.example", name="Care")
    queue = make_queue("care", name="Customer care", channels=(care,), is_default=True, answer_within=60)
    agents = Group.objects.get(role__slug="agent")
    iara = make_user("Iara Menezes", email="iara@pedralva.example", queues=(queue,))
    caio = make_user("Caio Brandt", email="caio@pedralva.example", queues=(queue,))
    for person in (iara, caio):
        person.groups.add(agents)
    return SimpleNamespace(care=care, queue=queue, iara=iara, caio=caio)


@pytest.fixture
def house(live_server, settings, people) -> Iterator[House]:
    with run_house(live_server, settings) as running:
        yield running


@contextmanager
def run_house(live_server, settings) -> Iterator[House]:
    """Everything around a browser, for the time of one test."""
    socket = Socket()
    socket.origins.append(live_server.url)
    settings.LIVE_URL = f"ws://localhost:{socket.port}/live/"
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    connect = {"connect-src": [*directives["connect-src"], f"ws://localhost:{socket.port}"]}
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives | connect}
    quieten_library()
    with Carrier() as carrier:
        settings.SMTP_URL = carrier.url
        listener = RunningListener(ListenerOptions(port=0))
        workers = Workers()
        running = House(live_server.url, socket, listener, workers, carrier)
        yield running
        running.close()
        workers.stop()
        listener.stop()
        POOL.close()
        socket.stop()
    assert workers.errors == []


def is_refusal(text: str) -> bool:
    """The browser's own line about an answer that we meant: a collision, invalid input."""
    return "409 (Conflict)" in text or "422 (Unprocessable" in text


@pytest.fixture
def open_tab(house, chromium) -> Iterator[Callable[..., Page]]:
    """Opens a page of the house as somebody. What the page complains about fails the test."""
    contexts = []
    problems: list[str] = []

    def complain(said: ConsoleMessage) -> None:
        if said.type == "error" and not is_refusal(said.text):
            problems.append(f"{said.text} {said.location['url']}")

    def opening(
        person: User | None, path: str = "/inbox/all/", *, width: int = 1440, height: int = 900, **options
    ) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce", **options)
        contexts.append(context)
        if person is not None:
            client = Client()
            client.force_login(person)
            session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
            cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": house.url}
            context.add_cookies([cookie])
        tab = context.new_page()
        tab.set_default_timeout(20000)
        tab.on("pageerror", lambda error: problems.append(str(error)))
        tab.on("console", complain)
        tab.goto(house.url + path)
        return tab

    def forgive(*words: str) -> None:
        """Take out of the complaints what a test has brought about on purpose."""
        problems[:] = [line for line in problems if not any(word in line for word in words)]

    opening.problems, opening.forgive = problems, forgive
    yield opening
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def screenshot() -> Callable[[Page, str], None]:
    """Keeps what a page looks like in ``var/screenshots``, to be looked at beside the mockups."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def keep(tab: Page, name: str) -> None:
        tab.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")

    return keep
