"""No word that somebody typed is lost or falsely called saved: sessions, connections, tabs, servers."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Error, Page, Route, expect

from conversations.models import Draft, Message
from tests.browser.test_answering import live
from tests.factories import PASSWORD, make_conversation
from tests.village.test_pages import code_for

SAVED = "Draft saved, the team sees it"
ON_PURPOSE = ("401", "403", "Failed to fetch", "ERR_", "WebSocket", "502")


@pytest.fixture
def talk(house, people):
    return house.do(make_conversation, people.care)


@pytest.fixture
def tab(house, people, open_tab, talk) -> Page:
    page = live(open_tab(people.iara, f"/inbox/all/{talk.pk}/"))
    yield page
    open_tab.forgive(*ON_PURPOSE)


def write(tab: Page, text: str) -> None:
    """Type at the end of what stands there."""
    tab.locator("#words").press("Control+End")
    tab.keyboard.type(text)


def sign_in_again(tab: Page) -> None:
    dialog = tab.locator("#session-dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator("[name=email]")).to_have_value("iara@pedralva.example")
    dialog.locator("[name=password]").fill(PASSWORD)
    dialog.locator("button[type=submit]").click()
    expect(dialog).to_be_hidden()


def end_session(context: BrowserContext) -> None:
    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)


def lose_token(context: BrowserContext) -> None:
    context.clear_cookies(name=settings.CSRF_COOKIE_NAME)


def lose_both(context: BrowserContext) -> None:
    context.clear_cookies()


@pytest.mark.parametrize("lose", [end_session, lose_both])
def test_an_ended_session_asks_over_the_page_and_the_save_goes_on(tab, lose: Callable[[BrowserContext], None]):
    write(tab, "Saved part.")
    expect(tab.locator("[data-draft-state]")).to_have_text(SAVED)
    lose(tab.context)
    write(tab, " Typed after the end.")
    sign_in_again(tab)
    expect(tab.locator("[data-draft-state]")).to_have_text(SAVED)
    expect(tab.locator("#words")).to_have_value("Saved part. Typed after the end.")
    assert Draft.objects.get().text == "Saved part. Typed after the end."
    tab.keyboard.press("Control+Enter")
    expect(tab.locator("#messages .bubble--ours")).to_have_text("Saved part. Typed after the end.")


def test_a_send_after_the_end_of_the_session_waits_for_the_sign_in(tab):
    write(tab, "Send me")
    expect(tab.locator("[data-draft-state]")).to_have_text(SAVED)
    Session.objects.all().delete()
    lose_both(tab.context)
    tab.keyboard.press("Control+Enter")
    sign_in_again(tab)
    expect(tab.locator("#messages .bubble--ours")).to_have_text("Send me")
    assert Draft.objects.count() == 0


def test_a_lost_token_is_renewed_without_a_question(tab):
    lose_token(tab.context)
    write(tab, "Without a token")
    expect(tab.locator("[data-draft-state]")).to_have_text(SAVED)
    expect(tab.locator("#session-dialog")).to_be_hidden()
    tab.keyboard.press("Control+Enter")
    expect(tab.locator("#messages .bubble--ours")).to_have_text("Without a token")


def test_a_dialog_that_is_closed_loses_nothing_and_can_be_opened_again(tab):
    lose_both(tab.context)
    write(tab, "Not now")
    tab.locator("#session-dialog").get_by_text("Not now").click()
    expect(tab.locator("#session-ended")).to_be_visible()
    expect(tab.locator("[data-draft-state]")).to_contain_text("Not saved: you are signed out")
    tab.locator("#session-ended button").click()
    sign_in_again(tab)
    expect(tab.locator("[data-draft-state]")).to_have_text(SAVED)
    assert Draft.objects.get().text == "Not now"


def test_another_person_in_the_same_browser_does_not_write_in_my_name(tab, people, open_tab):
    other = open_tab(people.caio, "/preferences/")
    cookie = next(one for one in other.context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME)
    tab.context.add_cookies([cookie])
    write(tab, "Iara's words")
    expect(tab.locator("#session-dialog")).to_contain_text("Caio Brandt is signed in in this browser now")
    assert Draft.objects.count() == 0
    tab.locator("#session-dialog [data-switch]").click()
    sign_in_again(tab)
    expect(tab.locator("[data-draft-state]")).to_have_text(SAVED)
    assert [(draft.author.name, draft.text) for draft in Draft.objects.all()] == [("Iara Menezes", "Iara's words")]


def test_words_typed_offline_are_saved_when_the_connection_is_back(tab, screenshot):
    write(tab, "Part one online.")
    expect(tab.locator("[data-draft-state]")).to_have_text(SAVED)
    tab.context.set_offline(True)
    expect(tab.locator("#connection-lost")).to_be_visible(timeout=5000)
    write(tab, " Part two offline.")
    expect(tab.locator("[data-draft-state]")).to_contain_text("Not saved on the server yet")
    expect(tab.locator("[data-send]").first).to_have_attribute("aria-disabled", "true")
    screenshot(tab, "offline-1440")
    for locator in (tab.locator("[data-send]").first, tab.locator("#words")):
        expect(locator).to_be_in_viewport(ratio=1)
    tab.keyboard.press("Control+Enter")
    tab.context.set_offline(False)
    expect(tab.locator("[data-draft-state]")).to_have_text(SAVED, timeout=20000)
    expect(tab.locator("#connection-lost")).to_be_hidden()
    assert Draft.objects.get().text == "Part one online. Part two offline."
    assert Message.objects.filter(kind="reply").count() == 0


def test_a_tab_that_is_closed_offline_has_its_words_when_it_is_opened_again(house, tab, talk):
    tab.context.set_offline(True)
    write(tab, "Only in this browser")
    expect(tab.locator("[data-draft-state]")).to_contain_text("Not saved on the server yet")
    context = tab.context
    tab.close(run_before_unload=False)
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"{house.url}/inbox/all/{talk.pk}/")
    expect(again.locator("#words")).to_have_value("Only in this browser")
    expect(again.locator("[data-draft-state]")).to_have_text(SAVED)
    assert Draft.objects.get().text == "Only in this browser"
    assert again.evaluate("Object.keys(localStorage).filter((name) => name.includes('draft')).length") == 0


def test_leaving_asks_only_while_words_are_not_saved(house, tab):
    asked: list[str] = []
    tab.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    write(tab, "Saved")
    expect(tab.locator("[data-draft-state]")).to_have_text(SAVED)
    tab.reload()
    live(tab)
    assert asked == []
    tab.route("**/drafts/", lambda route: route.fulfill(status=502, body="away"))
    write(tab, " and not saved")
    expect(tab.locator("[data-draft-state]")).to_contain_text("Not saved on the server yet")
    tab.reload()
    assert asked == ["beforeunload"]
    tab.unroute("**/drafts/")
    expect(tab.locator("#words")).to_have_value("Saved and not saved")


def test_a_server_that_restarts_gets_the_words_by_itself(tab):
    tab.route("**/drafts/", lambda route: route.abort())
    write(tab, "During the restart")
    expect(tab.locator("[data-draft-state]")).to_contain_text("Not saved on the server yet")
    tab.unroute("**/drafts/")
    expect(tab.locator("[data-draft-state]")).to_have_text(SAVED, timeout=20000)
    assert Draft.objects.get().text == "During the restart"


@pytest.mark.parametrize(
    ("choice", "kept"),
    [("both", "TAB1 long careful answer.\n\nTAB2 few words"), ("mine", "TAB2 few words")],
)
def test_the_second_tab_is_told_shown_both_texts_and_chooses(house, tab, talk, choice, kept):
    second = tab.context.new_page()
    second.goto(f"{house.url}/inbox/all/{talk.pk}/")
    live(second)
    write(tab, "TAB1 long careful answer.")
    expect(tab.locator("[data-draft-state]")).to_have_text(SAVED)
    write(second, "TAB2 few words")
    banner = second.locator("#draft-conflict")
    expect(banner).to_contain_text("changed in another window")
    expect(banner).to_contain_text("TAB1 long careful answer.")
    expect(second.locator("#words")).to_have_value("TAB2 few words")
    second.keyboard.press("Control+Enter")
    assert Draft.objects.get().text == "TAB1 long careful answer."
    assert Message.objects.filter(kind="reply").count() == 0
    second.locator(f"#draft-conflict [data-keep={choice}]:visible").click()
    expect(second.locator("[data-draft-state]")).to_have_text(SAVED)
    expect(second.locator("#words")).to_have_value(kept)
    assert Draft.objects.get().text == kept


@pytest.mark.parametrize("forgets", [False, True], ids=["told", "not told"])
def test_a_draft_that_another_tab_sends_goes_here_and_is_never_sent_twice(house, tab, talk, forgets, open_tab):
    write(tab, "Only once.")
    expect(tab.locator("[data-draft-state]")).to_have_text(SAVED)
    second = tab.context.new_page()
    second.goto(f"{house.url}/inbox/all/{talk.pk}/")
    live(second)
    expect(second.locator("#words")).to_have_value("Only once.")
    if forgets:  # the second tab hears nothing of it
        second.evaluate("document.addEventListener('live:changed', (event) => event.stopPropagation(), true)")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator("#words")).to_have_value("")
    if not forgets:
        expect(second.locator("#words")).to_have_value("")
        expect(second.locator("[data-draft-state]")).to_have_text("Sent or discarded in another window.")
        return
    second.locator("#words").press("Control+Enter")
    expect(second.locator("#answered-first")).to_contain_text("You sent this from another window: “Only once.”")
    expect(second.locator("#words")).to_have_value("Only once.")
    expect(second.locator("[data-draft-state]")).to_have_text(SAVED)
    assert Message.objects.filter(kind="reply").count() == 1
    second.get_by_role("button", name="Send anyway").click()
    expect(second.locator("#words")).to_have_value("")
    assert Message.objects.filter(kind="reply").count() == 2
    open_tab.forgive("409")


def test_words_of_a_tab_that_lives_are_not_taken_into_another(house, tab, talk, open_tab):
    second = tab.context.new_page()
    second.goto(f"{house.url}/inbox/all/{talk.pk}/")
    live(second)
    write(tab, "From the first.")
    expect(tab.locator("[data-draft-state]")).to_have_text(SAVED)
    write(second, "From the second.")
    expect(second.locator("#draft-conflict blockquote")).to_have_text("From the first.")
    tab.locator("#words").press("Control+Enter")
    expect(second.locator("#draft-conflict [data-other=gone]").first).to_be_visible()
    expect(tab.locator("#words")).to_have_value("")
    assert not Draft.objects.exists()
    second.locator("#draft-conflict [data-keep=mine]:visible").click()
    expect(second.locator("[data-draft-state]")).to_have_text(SAVED)
    assert Draft.objects.get().text == "From the second."
    open_tab.forgive("409")


def test_a_server_that_hangs_while_its_socket_lives_is_said_within_five_seconds(tab):
    hanging: list[Route] = []
    tab.route("**/*", lambda route: hanging.append(route))
    write(tab, "Into the silence.")
    expect(tab.locator("#connection-lost")).to_be_visible(timeout=6000)
    expect(tab.locator("[data-send]").first).to_have_attribute("aria-disabled", "true")
    expect(tab.locator("[data-draft-state]")).not_to_have_text(SAVED)
    tab.unroute("**/*")
    for route in hanging:
        with suppress(Error):  # the page has given up some of them
            route.continue_()
    expect(tab.locator("#connection-lost")).to_be_hidden(timeout=20000)
    expect(tab.locator("[data-draft-state]")).to_have_text(SAVED, timeout=20000)
    assert Draft.objects.get().text == "Into the silence."


def test_an_idle_page_notices_the_silence_too(tab):
    tab.route("**/*", lambda route: None)
    expect(tab.locator("#connection-lost")).to_be_visible(timeout=6000)


def test_a_save_whose_answer_was_lost_is_not_taken_for_another_window(tab):
    def swallow(route: Route) -> None:
        route.fetch()
        route.abort()

    tab.route("**/drafts/", swallow)
    write(tab, "First part.")
    expect(tab.locator("[data-draft-state]")).to_contain_text("Not saved on the server yet")
    assert Draft.objects.get().text == "First part."
    tab.unroute("**/drafts/")
    write(tab, " Second part.")
    expect(tab.locator("[data-draft-state]")).to_have_text(SAVED, timeout=20000)
    expect(tab.locator("[data-draft-conflict]")).to_be_hidden()
    assert Draft.objects.get().text == "First part. Second part."


def test_recipients_added_offline_are_there_again_in_a_new_tab(house, tab, talk):
    tab.context.set_offline(True)
    write(tab, "To both")
    box = tab.locator("[data-recipients=cc] [data-add-recipient]")
    box.fill("colega@cliente.example")
    box.press("Enter")
    expect(tab.locator("[data-draft-state]")).to_contain_text("Not saved on the server yet")
    context = tab.context
    tab.close(run_before_unload=False)
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"{house.url}/inbox/all/{talk.pk}/")
    expect(again.locator("[data-recipients=cc] .chip")).to_contain_text("colega@cliente.example")
    expect(again.locator("[data-draft-state]")).to_have_text(SAVED)
    assert [one["address"] for one in Draft.objects.get().recipients if one["role"] == "cc"] == [
        "colega@cliente.example"
    ]


def test_a_file_chosen_offline_is_attached_when_the_server_answers_and_the_message_waits_for_it(tab, tmp_path):
    receipt = tmp_path / "receipt.txt"
    receipt.write_text("40,00")
    write(tab, "Here it is")
    expect(tab.locator("[data-draft-state]")).to_have_text(SAVED)
    tab.context.set_offline(True)
    tab.locator("#files").set_input_files(receipt)
    expect(tab.locator("[data-attached]")).to_contain_text("attached when the server answers")
    held: list[Route] = []
    tab.route("**/attachments/", lambda route: held.append(route))
    tab.context.set_offline(False)
    expect(tab.locator("#connection-lost")).to_be_hidden(timeout=20000)
    tab.locator("#words").press("Control+Enter")
    expect(tab.locator(".toast")).to_contain_text("A file is still being attached")
    assert Message.objects.filter(kind="reply").count() == 0
    for route in held:
        route.continue_()
    expect(tab.locator("#messages .bubble--ours")).to_contain_text("Here it is", timeout=20000)
    expect(tab.locator("#messages")).to_contain_text("receipt.txt")


def test_the_dialog_asks_for_the_second_factor_and_the_save_goes_on(house, people, tab):
    secret = totp.generate_totp_secret()
    house.do(totp.TOTP.activate, people.iara, secret)
    write(tab, "Half a sentence")
    expect(tab.locator("[data-draft-state]")).to_have_text(SAVED)
    lose_both(tab.context)
    write(tab, " and the rest")
    dialog = tab.locator("#session-dialog")
    dialog.locator("[name=password]").fill(PASSWORD)
    dialog.locator("button[type=submit]").click()
    expect(dialog.locator("[name=code]")).to_be_focused()
    dialog.locator("[name=code]").fill("000000")
    dialog.locator("button[type=submit]").click()
    expect(dialog.locator("[data-session-error]")).to_contain_text("This code is wrong")
    dialog.locator("[name=code]").fill(code_for(secret))
    dialog.locator("button[type=submit]").click()
    expect(dialog).to_be_hidden()
    expect(tab.locator("[data-draft-state]")).to_have_text(SAVED)
    assert Draft.objects.get().text == "Half a sentence and the rest"
