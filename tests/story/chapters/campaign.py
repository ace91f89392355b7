"""A marketer says whom and with which words; who must not be written to is not, and the page says why."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from tests.story.chapters.words import BY_EMAIL, BY_SMS, CAMPAIGN, EMAIL, HELD, HELD_BECAUSE, SEGMENT, SMS, TAG
from tests.story.conftest import Village, choose

ZONES = ("Europe/Lisbon", "America/Sao_Paulo", "America/Los_Angeles", "Pacific/Auckland", "Asia/Tokyo", "Asia/Dubai")


def an_agent_writes_down_what_customers_say_of_themselves(village: Village) -> None:
    for address in (BY_EMAIL, BY_SMS, HELD):
        tab = open_profile(village, "Caio", address)
        tab.get_by_role("link", name="Change facts").click()
        tab.select_option("#id_time_zone", daytime_zone())
        tab.fill("#id_tags", TAG)
        tab.get_by_role("button", name="Save", exact=True).click()
        expect(tab.locator(".person .chip")).to_have_text([TAG])


def a_merchant_holds_the_marketing_of_a_customer(village: Village) -> None:
    tab = open_profile(village, "Dagmar", HELD)
    tab.get_by_role("link", name="New deal").click()
    tab.fill("#id_title", "Twelve bicycles for the inn")
    tab.get_by_role("button", name="Open the deal").click()
    tab.locator("form[action$='/hold/'] [name=reason]").fill(HELD_BECAUSE)
    tab.get_by_role("button", name="Hold their marketing").click()
    expect(tab.get_by_role("complementary", name="Their marketing")).to_contain_text(HELD_BECAUSE)


def a_marketer_makes_a_segment(village: Village) -> None:
    tab = village.at("Bruna", "/admin/campaigns/segment/add/")
    tab.fill("#id_name", SEGMENT)
    tab.get_by_role("button", name="Add a rule").click()
    tab.get_by_label("What is asked").select_option("tags")
    tab.get_by_label("How it is asked").select_option("has_any")
    tab.get_by_label("Value").fill(TAG)
    expect(tab.locator(".estimate")).to_contain_text("3 people")
    expect(tab.locator(".estimate")).to_contain_text("Aoife Byrne")
    tab.click("[name=_save]")
    expect(tab.get_by_role("link", name=SEGMENT).first).to_be_visible()


def and_a_campaign_whose_page_says_what_is_missing(village: Village) -> None:
    tab = village.at("Bruna", "/campaigns/")
    tab.get_by_role("link", name="New campaign").click()
    tab.fill("#id_name", CAMPAIGN)
    tab.fill("#id_budget", "300")
    ends = datetime.now(UTC) + timedelta(days=9)
    tab.fill("#id_ends_at_0", f"{ends:%Y-%m-%d}")
    tab.fill("#id_ends_at_1", "12:00:00")
    choose(tab, "#id_segment", SEGMENT)
    tab.fill("#id_holdout_percent", "0")
    tab.fill("#id_holdout_exception", "Three people are too few to compare.")
    tab.select_option("#id_plan", "sms_else_email")
    choose(tab, "#id_email_template", EMAIL)
    choose(tab, "#id_email_channel", "oficina@")
    choose(tab, "#id_sms_template", SMS)
    choose(tab, "#id_sms_channel", "+")
    tab.click("[name=_save]")
    expect(tab.get_by_role("heading", name=CAMPAIGN)).to_be_visible()
    village.kept["campaign"] = village.path_of(tab)
    expect(tab.locator(".preflight")).to_contain_text("The objective is missing")
    expect(tab.get_by_role("button", name="Launch")).to_have_attribute("aria-disabled", "true")
    tab.get_by_role("link", name="Edit", exact=True).click()
    tab.fill("#id_objective", "Ten bells sold.")
    tab.click("[name=_save]")
    expect(tab.get_by_role("main")).to_contain_text("Nothing is missing")
    expect(tab.locator("#forecast")).to_contain_text("2 of 3 people would get it.")


def the_launch_sends_and_says_why_one_was_not_written_to(village: Village) -> None:
    tab = village.at("Bruna", village.kept["campaign"])
    tab.get_by_role("button", name="Launch").click()
    tab.click("#question [data-question-yes]")
    expect(tab.locator("#progress")).to_contain_text("2 of 2")
    expect(tab.locator("#progress")).to_contain_text("Why 1 person was not written to")
    tab.locator(".table--bars a").click()
    expect(tab.get_by_role("main")).to_contain_text("Hiroshi Tanabe")
    expect(tab.get_by_role("main")).to_contain_text("Held back by the owner of a deal")


def the_mail_arrives_with_a_way_out(village: Village) -> None:
    tab = village.at("Caio", f"/channels/mailbox/?customer={BY_EMAIL}")
    letter = letter_of(tab)
    letter.get_by_text("Header").click()
    for line in ("List-Unsubscribe: <http", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"):
        expect(letter.locator("pre")).to_contain_text(line)
    way_out = letter.frame_locator("iframe").get_by_text(re.compile("unsubscribe", re.IGNORECASE))
    expect(way_out.first).to_be_visible()


def letter_of(tab: Page) -> Locator:
    """The campaign's mail, in the mailbox of whoever got it."""
    found = tab.locator("#mailbox-messages .said", has_text="Aoife, a brass bell")
    expect(found.first).to_be_visible()
    return found.first


def open_profile(village: Village, who: str, address: str) -> Page:
    tab = village.at(who, f"/people/?q={address}")
    tab.locator("#people-found .person-row").first.click()
    expect(tab.locator("#timeline")).to_be_visible()
    return tab


def daytime_zone() -> str:
    """A zone in which it is day for the next hours, so that quiet hours hold nothing back."""
    hours = {zone: datetime.now(ZoneInfo(zone)).hour for zone in ZONES}
    return min(hours, key=lambda zone: abs(hours[zone] - 13))
