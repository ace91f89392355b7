"""People are found while they are typed: on their page, and in the palette, where Enter opens the first."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_answering import live
from tests.factories import NOW, make_conversation, minutes

pytestmark = pytest.mark.browser


@pytest.fixture
def ngozi(house, people):
    return house.do(
        make_conversation,
        people.care,
        "ngozi@okonjo-halvorsen.example",
        name="Ngozi Okonjo-Halvorsen",
        received_at=NOW - minutes(5),
    )


def test_the_palette_finds_a_misspelt_name_and_enter_opens_it(house, people, ngozi, open_tab):
    tab = live(open_tab(people.iara, "/"))
    tab.keyboard.press("Control+k")
    tab.keyboard.type("ngosi halv", delay=30)
    option = tab.locator("#palette-found [role=option]", has_text="Ngozi Okonjo-Halvorsen")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(tab.locator("[data-palette-none]")).to_be_hidden()
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**/people/{ngozi.profile_id}/")


def test_the_people_box_marks_what_matched_as_it_is_typed(house, people, ngozi, open_tab):
    tab = live(open_tab(people.iara, "/people/"))
    tab.locator("#find").press_sequentially("okonjo-h", delay=30)
    expect(tab.locator("#people-found mark").first).to_be_visible()
    expect(tab.locator("#people-found .person-row")).to_have_count(1)
    tab.wait_for_url("**/people/?q=okonjo-h")
