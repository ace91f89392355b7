"""Customers talk to each other; a moderator keeps the peace; a post becomes a conversation."""

import re

from playwright.sync_api import Page, expect

from tests.story.chapters.words import ADVICE, BY_EMAIL, BY_SMS, HIDDEN_BECAUSE, IDEA, QUESTION, RUDE
from tests.story.conftest import Village, choose

ASKER, HELPER = "Aoife B", "Grace M"


def a_customer_comes_in_by_a_link_asks_and_has_an_idea(village: Village) -> None:
    tab = _come_in(village, ASKER, "aoife.b", BY_EMAIL)
    text = "It rings when dry and is **silent** in the rain."
    village.kept["question"] = _ask(village, tab, kind="question", space="Workshop", title=QUESTION, text=text)
    expect(tab.locator(".prose strong")).to_have_text("silent")
    text = "Children would hear us come."
    village.kept["idea"] = _ask(village, tab, kind="idea", space="Ideas", title=IDEA, text=text)


def another_votes_and_answers_and_the_answer_is_accepted(village: Village) -> None:
    tab = _come_in(village, HELPER, "grace.m", BY_SMS)
    tab.goto(village.where.url + village.kept["idea"])
    tab.get_by_role("button", name="I want this").click()
    expect(tab.locator("[aria-pressed=true]")).to_contain_text("1")
    tab.goto(village.where.url + village.kept["question"])
    for words in (ADVICE, RUDE):
        tab.locator("#reply [name=text]").fill(words)
        tab.locator("#reply button[type=submit]").click()
        expect(tab.locator(".post", has_text=words)).to_be_visible()
    asker = village.visitor(ASKER)
    asker.goto(village.where.url + village.kept["question"])
    asker.locator(".post", has_text=ADVICE).get_by_role("button", name="This solved it").click()
    expect(asker.locator(".post--accepted")).to_contain_text(ADVICE)


def a_customer_reports_a_post(village: Village) -> None:
    asker = village.visitor(ASKER)
    asker.goto(village.where.url + village.kept["question"])
    asker.locator(".post", has_text=RUDE).get_by_role("link", name="Report").click()
    asker.locator("[name=reason]").nth(1).check()
    asker.get_by_role("button", name="Report", exact=True).click()
    expect(asker.locator("h1")).to_contain_text("Thank you.")
    asker.goto(village.where.url + village.kept["question"])
    expect(asker.locator(".post", has_text=RUDE)).to_contain_text("You reported this")


def a_moderator_hides_it_with_a_reason(village: Village) -> None:
    tab = village.at("Pilar", "/community/desk/")
    scores = [int(text) for text in tab.locator("#queue .row .badge").all_inner_texts()]
    assert scores == sorted(scores, reverse=True), "worst first"
    tab.locator("#queue .row", has_text=QUESTION).first.click()
    expect(tab.locator(".case")).to_contain_text(RUDE)
    tab.get_by_role("button", name="Hide").click()
    expect(tab.locator("#text")).to_have_attribute("aria-invalid", "true")
    tab.fill("#text", HIDDEN_BECAUSE)
    tab.get_by_role("button", name="Hide").click()
    expect(tab.locator(".case")).not_to_contain_text(RUDE)


def its_author_appeals_and_another_moderator_brings_it_back(village: Village) -> None:
    author = village.visitor(HELPER)
    author.goto(village.where.url + village.kept["question"])
    hidden = author.locator(".post--held", has_text=RUDE)
    expect(hidden).to_contain_text(HIDDEN_BECAUSE)
    hidden.get_by_role("link", name="Appeal").click()
    author.locator("[name=text]").fill("I meant myself.")
    author.get_by_role("button", name="Ask for another decision").click()
    author.goto(village.where.url + "/community/appeals/")
    expect(author.locator("#content")).to_contain_text("waits for another moderator")
    second = village.at("Tereza", "/community/desk/")
    second.locator("#queue .row", has_text=QUESTION).first.click()
    second.locator("#answer").fill("Then say it so.")
    second.get_by_role("button", name="Bring it back").click()
    expect(second.locator(".case")).not_to_contain_text(RUDE)
    author.reload()
    expect(author.locator("#content")).to_contain_text("it is back")


def a_post_becomes_a_conversation_with_its_permalink(village: Village) -> None:
    inbox = village.live("Caio", "/inbox/all/")
    tab = village.at("Pilar", village.kept["question"])
    tab.get_by_role("button", name="Make it a conversation").first.click()
    expect(tab.locator(".post").first.locator(".post__house")).to_contain_text("inbox")
    inbox.locator("a.row", has_text=QUESTION).first.click()
    expect(inbox.locator("#messages")).to_contain_text(village.kept["question"])
    village.until("Pilar", village.kept["question"], ".post >> nth=0", "A conversation in the inbox")


def _come_in(village: Village, name: str, handle: str, address: str) -> Page:
    tab = village.visitor(name)
    tab.goto(village.where.url + "/community/sign-in/")
    tab.fill("#id_email", address)
    tab.get_by_role("button", name="Send me a link").click()
    expect(tab.locator("h1")).to_have_text("Look into your mail")
    tab.goto(village.where.url + _sign_in_link(village, address))
    tab.get_by_role("button", name="Yes, sign me in").click()
    tab.fill("#id_name", name)
    tab.fill("#id_handle", handle)
    tab.get_by_role("button", name="Keep").click()
    expect(tab.locator(".public__me")).to_contain_text(name)
    return tab


def _sign_in_link(village: Village, address: str) -> str:
    """The newest link in the customer's mailbox."""
    box = village.at("Caio", f"/channels/mailbox/?customer={address}")
    mail = box.locator("#mailbox-messages .said", has_text="/community/sign-in/").last
    expect(mail).to_be_visible()
    found: list[str] = re.findall(r"/community/sign-in/[\w-]{43}/", mail.inner_text())
    return found[-1]


def _ask(village: Village, tab: Page, *, kind: str, space: str, title: str, text: str) -> str:
    tab.goto(f"{village.where.url}/community/ask/?kind={kind}")
    tab.select_option("#id_kind", kind)
    choose(tab, "#id_space", space)
    tab.fill("#id_title", title)
    tab.fill("#id_text", text)
    tab.get_by_role("button", name="Publish").click()
    expect(tab.locator("h1")).to_have_text(title)
    return village.path_of(tab)
