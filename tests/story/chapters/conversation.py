"""Recipients answer; agents answer them, ask each other, and hand over."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.story.chapters.words import ANSWERED, ASKED, BY_EMAIL, CAMPAIGN, NOTE, PHONE, SUMMARY, TASK, TEXTED
from tests.story.conftest import Village, choose


def one_answers_by_mail_and_one_by_text(village: Village) -> None:
    inbox = village.live("Tereza", "/inbox/all/")
    tab = village.at("Caio", f"/channels/mailbox/?customer={BY_EMAIL}")
    tab.fill("#answer", ASKED)
    tab.get_by_role("button", name="Answer as this customer").click()
    expect(tab.locator("#mailbox-messages .said").last).to_contain_text(ASKED)
    tab = village.at("Caio", f"/channels/phone/?customer=%2B{PHONE[1:]}")
    expect(tab.locator("#phone-messages")).to_contain_text("Grace, the brass bell is here.")
    tab.fill("#answer", TEXTED)
    tab.get_by_role("button", name="Send as this customer").click()
    expect(tab.locator("#phone-messages .phone__bubble--mine", has_text=TEXTED).last).to_be_visible()
    for words in (ASKED, TEXTED):
        expect(inbox.locator("a.row", has_text=words).first).to_be_visible()


def the_answers_are_conversations_linked_to_the_campaign(village: Village) -> None:
    tab = village.at("Caio", "/inbox/all/")
    for words in (TEXTED, ASKED):
        tab.goto(village.where.url + "/inbox/all/")
        tab.locator("a.row", has_text=words).first.click()
        expect(tab.locator("#messages .bubble").first).to_have_text(words)
        expect(tab.locator("#fold-conversation")).to_contain_text(CAMPAIGN)
    village.kept["conversation"] = village.path_of(tab)


def an_agent_answers(village: Village) -> None:
    tab = village.live("Caio", village.kept["conversation"])
    tab.fill("#words", ANSWERED)
    tab.locator("[data-send]:visible").first.click()
    expect(tab.locator(".undo")).to_contain_text("Leaves in")


def a_note_mentions_a_colleague_who_is_told(village: Village) -> None:
    told = village.live("Tereza", "/work/notifications/")
    tab = village.live("Caio", village.kept["conversation"])
    tab.locator("#composer [data-kind=note]").first.click()
    tab.fill("#words", f"@Tereza {NOTE}")
    tab.locator("[data-send-note]").click()
    expect(tab.locator("#messages")).to_contain_text(NOTE)
    expect(told.get_by_role("main")).to_contain_text(NOTE)


def a_task_is_made_with_a_key(village: Village) -> None:
    tab = village.live("Caio", village.kept["conversation"])
    tab.keyboard.press("t")
    task = tab.locator("#task-dialog")
    task.locator("[name=title]").fill(TASK)
    task.locator("[name=due_at]").fill(f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}")
    task.locator("form.stack button[type=submit]").click()
    expect(tab.locator("#fold-open")).to_contain_text(TASK)
    expect(village.at("Caio", "/work/").get_by_role("main")).to_contain_text(TASK)


def the_customer_reads_the_answer(village: Village) -> None:
    """By now the time to take it back is over."""
    village.until("Caio", village.kept["conversation"], "#messages .said__state", "sent")
    box = village.at("Iara", f"/channels/mailbox/?customer={BY_EMAIL}")
    expect(box.locator("#mailbox-messages .said").last.frame_locator("iframe").locator("body")).to_contain_text(
        ANSWERED
    )


def finance_takes_what_care_hands_over(village: Village) -> None:
    finance = village.live("Graça", "/work/")
    tab = village.live("Caio", village.kept["conversation"])
    tab.keyboard.press("h")
    dialog = tab.locator("#handoff-dialog")
    expect(dialog.locator("[name=summary]")).to_be_visible()
    choose(tab, "#handoff-dialog select[name=queue]", "Finance")
    dialog.locator("[name=summary]").fill(SUMMARY)
    dialog.locator("form.stack button[type=submit]").click()
    expect(tab.locator("#offer")).to_contain_text("offers it to Finance")
    finance.locator("#waiting li", has_text=SUMMARY).get_by_role("button", name="Accept").click()
    expect(finance.locator("#messages")).to_contain_text("took it for Finance")
    expect(finance.locator("#fold-open")).to_contain_text("taken in")
    expect(tab.locator("#messages")).to_contain_text("took it for Finance")


def who_handed_over_is_told(village: Village) -> None:
    village.until("Caio", "/work/notifications/", "main", "Graça")
