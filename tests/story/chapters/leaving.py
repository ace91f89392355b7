"""Who has enough says so, in the mail or by text; it is kept as evidence, and their page says it."""

import re

from playwright.sync_api import Page, expect

from tests.story.chapters.campaign import letter_of, open_profile
from tests.story.chapters.words import BY_EMAIL, BY_SMS, PHONE
from tests.story.conftest import Village


def one_unsubscribes_by_the_link_in_the_mail(village: Village) -> None:
    letter = letter_of(village.at("Caio", f"/channels/mailbox/?customer={BY_EMAIL}"))
    way_out = letter.frame_locator("iframe").get_by_role("link", name=re.compile("unsubscribe", re.IGNORECASE))
    address = way_out.first.get_attribute("href")
    assert address is not None
    tab = village.visitor("Aoife at her mail")
    tab.goto(address)
    expect(tab.get_by_text("Nothing has changed yet")).to_be_visible()
    tab.locator("button[name=act][value=this]").click()
    expect(tab.get_by_role("heading", name="It has stopped")).to_be_visible()
    _withdrew(open_profile(village, "Caio", BY_EMAIL), "E-mail")


def and_one_by_texting_stop(village: Village) -> None:
    tab = village.at("Caio", f"/channels/phone/?customer=%2B{PHONE[1:]}")
    tab.fill("#answer", "STOP")
    tab.get_by_role("button", name="Send as this customer").click()
    expect(tab.locator("#phone-messages .phone__bubble").last).to_contain_text("no more")
    _withdrew(open_profile(village, "Caio", BY_SMS), "SMS")


def _withdrew(tab: Page, channel: str) -> None:
    expect(tab.locator(".consent tr", has_text=channel)).to_contain_text("withdrew")
