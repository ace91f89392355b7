"""Take the pictures of the documentation in a house that runs with its demo organisation.

    make run                                              # in another terminal
    .venv/bin/python docs/images/take.py                  # all pictures, of the house in this folder
    .venv/bin/python docs/images/take.py ../other inbox   # one picture, of the house in another folder

Signs in as whoever has the page among their rooms, and writes ``docs/images/<name>.png``: light, 1440 by 900 pixels, in
English; whoever reads Portuguese reads it again afterwards. Take them on the first day of a demo, on a machine with a
font for Japanese (one customer writes it), and look at every picture before you commit it.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

HERE = Path(__file__).resolve().parent
SIZE = {"width": 1440, "height": 900}
LIMIT = 300_000  # bytes; a page of the documentation loads several


@dataclass(frozen=True, slots=True)
class Picture:
    """``who`` is a first name, or nobody for a visitor; ``links`` are followed one after the other, by a part of their
    words; ``shows`` must be there before the picture is taken.
    """

    name: str
    who: str
    path: str
    links: tuple[str, ...] = ()
    shows: str = "main"


PICTURES = (
    Picture("inbox", "Caio", "/inbox/all/", ("Wellington Figueiredo",), shows="#thread .composer"),
    Picture("studio", "Otávio", "/studio/?kind=email", ("Spring service", "English"), shows=".mailview__frame"),
    Picture("review", "Helena", "/work/review/", shows="#review .revision"),
    Picture("campaign", "Bruna", "/campaigns/", ("Spring service",), shows="#progress .funnel"),
    Picture("segment", "Bruna", "/admin/campaigns/segment/", ("Mountain riders",), shows=".estimate"),
    Picture("work", "Caio", "/work/", shows="#waiting .work"),
    Picture("community", "", "/community/oficina/", shows=".topics, main"),
    Picture("moderation", "Pilar", "/community/desk/", shows="#queue .row"),
    Picture("profile", "Caio", "/people/?q=ngozi", ("Ngozi Okonjo-Halvorsen",), shows="#timeline .timeline"),
    Picture("operations", "Celina", "/operations/", shows=".matrix"),
)


class Visit:
    """A browser in a running house, with a tab for each of its people."""

    def __init__(self, browser: Browser, demo: dict[str, Any]) -> None:
        self.browser, self.demo = browser, demo
        self.tabs: dict[str, Page] = {}
        self.spoken: dict[str, str] = {}

    def take(self, picture: Picture) -> Path:
        """Open the page, wait until nothing moves any more, and write the picture. Return where it lies."""
        tab = self._tab(picture.who)
        tab.goto(self.demo["url"] + picture.path)
        for words in picture.links:
            tab.locator("main a, #main a", has_text=words).first.click()
        expect(tab.locator(picture.shows).first).to_be_visible()
        tab.wait_for_load_state("networkidle")
        tab.evaluate("document.fonts.ready")
        tab.mouse.move(0, 0)
        target = HERE / f"{picture.name}.png"
        tab.screenshot(path=target, animations="disabled")
        return target

    def leave(self) -> None:
        """Give everybody back the language that they read."""
        for who, language in self.spoken.items():
            self._speak(self.tabs[who], language)

    def _tab(self, who: str) -> Page:
        if who not in self.tabs:
            self.tabs[who] = self._entered(who)
        return self.tabs[who]

    def _entered(self, who: str) -> Page:
        context = self.browser.new_context(
            viewport=SIZE,
            reduced_motion="reduce",
            color_scheme="light",
            locale="en-GB",
            timezone_id="America/Sao_Paulo",
        )
        tab = context.new_page()
        if not who:
            return tab
        person = next(one for one in self.demo["users"] if one["name"].startswith(who))
        tab.goto(self.demo["url"] + "/accounts/login/")
        tab.fill("[name=login]", person["email"])
        tab.fill("[name=password]", person["password"])
        tab.click("form:has([name=password]) button[type=submit]")
        expect(tab.locator("#band")).to_be_visible()
        if person["language"] != "en":
            self.spoken[who] = person["language"]
            self._speak(tab, "en")
        return tab

    def _speak(self, tab: Page, language: str) -> None:
        tab.goto(self.demo["url"] + "/preferences/")
        tab.select_option("#id_language", language)
        tab.locator("form[action='/preferences/'] button[type=submit]").click()
        expect(tab.locator("html")).to_have_attribute("lang", language)


@contextmanager
def visiting(house: Path) -> Iterator[Visit]:
    """Enter the house of a folder with Debian's own browser. Raises SystemExit when there is none."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is not installed.")
    demo = json.loads((house / "var" / "demo.json").read_text(encoding="utf-8"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        visit = Visit(browser, demo)
        try:
            yield visit
        finally:
            visit.leave()
            browser.close()


def main() -> None:
    """Take the pictures that were named, or all. Ends with an error when one is too heavy."""
    known = [picture.name for picture in PICTURES]
    said = argparse.ArgumentParser(description="Take the pictures of the documentation.")
    said.add_argument("house", nargs="?", type=Path, default=HERE.parents[1], help="folder of a running house")
    said.add_argument("names", nargs="*", metavar="name", help=f"which: {', '.join(known)}; all without one")
    wanted = said.parse_args()
    unknown = set(wanted.names) - set(known)
    if unknown:
        said.error(f"no picture is called {', '.join(sorted(unknown))}")
    heavy = []
    with visiting(wanted.house) as visit:
        for picture in PICTURES:
            if not wanted.names or picture.name in wanted.names:
                taken = visit.take(picture)
                size = taken.stat().st_size
                sys.stdout.write(f"{taken.name} {size // 1000} kB\n")
                heavy += [taken.name] if size > LIMIT else []
    if heavy:
        sys.exit(f"Too heavy: {', '.join(heavy)}.")


if __name__ == "__main__":
    main()
