"""Two profiles turn out to be one person, and after all they are two."""

import re

from playwright.sync_api import expect

from tests.story.conftest import Village

KNOWN, OTHER = "raul@serrano.example", "raul.serrano.bici@tmail.example"


def two_profiles_are_put_together(village: Village) -> None:
    tab = village.at("Caio", "/people/duplicates/")
    pair = tab.locator(".pair", has_text=OTHER)
    expect(pair).to_contain_text("Same place, São Paulo")
    pair.get_by_role("link", name="Compare both").click()
    expect(tab.get_by_role("heading", name="Are they the same person?")).to_be_visible()
    tab.get_by_role("radio", name="advocate").check()
    tab.get_by_role("button", name="Put together").click()
    expect(tab.get_by_role("heading", name="Raul Serrano", level=1)).to_be_visible()
    for address in (KNOWN, OTHER):
        expect(tab.locator("aside", has_text="Reached at")).to_contain_text(address)
    village.kept["raul"] = tab.url


def and_taken_apart(village: Village) -> None:
    tab = village.at("Caio", re.sub(r"^https?://[^/]+", "", village.kept["raul"]))
    tab.get_by_role("link", name="Put together with Raul Serrano").click()
    expect(tab.get_by_text("goes back")).to_be_visible()
    tab.get_by_role("button", name="Take them apart").click()
    expect(tab.get_by_text("Two people again")).to_be_visible()
    expect(tab.locator("aside", has_text="Reached at")).not_to_contain_text(OTHER)
    expect(village.at("Caio", "/people/duplicates/").locator(".pair", has_text=OTHER)).to_have_count(0)
