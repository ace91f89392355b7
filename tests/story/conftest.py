"""The real house, started by ``make run``, and a browser tab for each of its people."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.stack import ROOT, Place, place, running, until_ready

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SCREENSHOTS = ROOT / "var" / "screenshots"
WAIT = 30_000  # milliseconds; on a busy machine the workers are slow, not wrong


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs Chromium and the browser's packages; say so once, in one line."""
    missing = (
        "Chromium is not installed"
        if CHROMIUM is None
        else ""
        if (ROOT / "node_modules").is_dir()
        else "npm ci was not run"
    )
    for item in items:
        if "tests/story" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if missing:
                item.add_marker(pytest.mark.skip(reason=missing))


@dataclass
class Village:
    """The house with whoever came in. ``kept`` is what one chapter leaves to the next; ``problems`` what pages said."""

    where: Place
    browser: Browser
    kept: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    tabs: dict[str, Page] = field(default_factory=dict)
    broken_off: str = ""

    def tell(self, chapter: Callable[["Village"], None]) -> None:
        """Play a chapter. When it breaks off, keep what each tab shows; what stands on it is skipped."""
        if self.broken_off:
            pytest.skip(f"The story broke off where {self.broken_off.replace('_', ' ')}.")
        try:
            chapter(self)
        except BaseException:
            self.broken_off = chapter.__name__
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            for name, tab in self.tabs.items():
                tab.screenshot(path=SCREENSHOTS / f"story-{name}.png")
            raise

    def tab(self, first_name: str) -> Page:
        """Return the person's tab; the first time they sign in through the form, and choose English."""
        if first_name not in self.tabs:
            self.tabs[first_name] = self._signed_in(first_name)
        return self.tabs[first_name]

    def at(self, first_name: str, path: str) -> Page:
        """Return the person's tab with a page open that answered 200."""
        tab = self.tab(first_name)
        answer = tab.goto(self.where.url + path)
        assert answer is not None
        assert answer.status == 200, f"{first_name} at {path}"
        return tab

    def live(self, first_name: str, path: str) -> Page:
        """Return the person's tab with a page open that hears what changes."""
        tab = self.at(first_name, path)
        expect(tab.locator("html")).to_have_attribute("data-live", "live")
        return tab

    def until(self, first_name: str, path: str, selector: str, words: str) -> Page:
        """Open a page again until it says what workers bring about meanwhile; return the person's tab."""
        end = time.monotonic() + WAIT / 1000
        while True:
            tab = self.at(first_name, path)
            try:
                expect(tab.locator(selector)).to_contain_text(words, timeout=2_000)
            except AssertionError:
                if time.monotonic() > end:
                    raise
            else:
                return tab

    def visitor(self, name: str) -> Page:
        """Return the tab of somebody from outside."""
        if name not in self.tabs:
            self.tabs[name] = self._open()
        return self.tabs[name]

    def path_of(self, tab: Page) -> str:
        """Return the path of the page that a tab shows."""
        return tab.url.removeprefix(self.where.url).partition("#")[0]

    def speak(self, first_name: str, language: str) -> Page:
        """Let a person choose the language of their pages."""
        tab = self.at(first_name, "/preferences/")
        tab.select_option("#id_language", language)
        tab.locator("form[action='/preferences/'] button[type=submit]").click()
        expect(tab.locator("html")).to_have_attribute("lang", language)
        return tab

    def _signed_in(self, first_name: str) -> Page:
        person = next(one for one in self.where.demo()["users"] if one["name"].startswith(first_name))
        tab = self._open()
        tab.goto(self.where.url + "/accounts/login/")
        tab.fill("[name=login]", person["email"])
        tab.fill("[name=password]", person["password"])
        tab.click("form:has([name=password]) button[type=submit]")
        expect(tab.locator("#band")).to_be_visible()
        self.tabs[first_name] = tab
        return tab if person["language"] == "en" else self.speak(first_name, "en")

    def _open(self) -> Page:
        context = self.browser.new_context(
            viewport={"width": 1440, "height": 900}, reduced_motion="reduce", locale="en-US"
        )
        tab = context.new_page()
        tab.set_default_timeout(WAIT)
        tab.on("pageerror", lambda error: self.problems.append(f"{tab.url}: {error}"))
        tab.on("console", lambda said: said.type == "error" and self._complain(tab.url, said.text))
        return tab

    def _complain(self, url: str, text: str) -> None:
        meant = ("403 (Forbidden)", "404 (Not Found)", "409 (Conflict)", "422 (Unprocessable")
        if not any(words in text for words in meant):
            self.problems.append(f"{url}: {text}")


@pytest.fixture(scope="module")
def village() -> Iterator[Village]:
    expect.set_options(timeout=WAIT)
    with pytest.MonkeyPatch.context() as patch, place() as where, running(where) as house, sync_playwright() as player:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop looks like asynchronous code to Django
        until_ready(where, house, seconds=900)
        browser = player.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield Village(where, browser)
        browser.close()


@pytest.fixture(autouse=True)
def no_complaints(village: Village) -> Iterator[None]:
    """What a page complains about in its console fails the chapter."""
    yield
    problems, village.problems[:] = list(village.problems), []
    assert problems == []


def choose(tab: Page, selector: str, words: str) -> None:
    """Choose the option that has some words in it."""
    options = tab.locator(f"{selector} option").all_inner_texts()
    tab.select_option(selector, label=next(one for one in options if words in one))
