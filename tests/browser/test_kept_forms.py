"""Words in forms that do not save themselves: a transfer, a task, a new message. Closed tabs, ended sessions, errors."""

from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, expect

from collaboration.models import Handoff, Task
from conversations.models import Draft, Message
from tests.browser.test_answering import live
from tests.browser.test_handing_over import finance  # noqa: F401  (a fixture)
from tests.browser.test_kept_words import ON_PURPOSE, sign_in_again
from tests.factories import make_conversation

WORDS = "Charged twice, wants 40 back; the receipts are in the thread."
KEPT = "Object.keys(localStorage).filter((name) => name.startsWith('vilarejo:')).length"


@pytest.fixture
def tab(house, people, finance, open_tab) -> Page:  # noqa: F811
    page = live(open_tab(people.iara, f"/inbox/all/{finance.talk.pk}/"))
    yield page
    open_tab.forgive(*ON_PURPOSE, "500")


def again(tab: Page, address: str) -> Page:
    """Close the tab as one that loses its power; open the page again."""
    tab.wait_for_timeout(400)
    context = tab.context
    tab.close(run_before_unload=False)
    page = context.new_page()
    page.goto(address)
    return live(page)


def open_transfer(tab: Page):
    tab.keyboard.press("h")
    dialog = tab.locator("#handoff-dialog")
    expect(dialog.locator("[name=summary]")).to_be_visible()
    return dialog


def test_a_transfer_that_was_begun_is_there_again_in_a_new_tab_until_it_is_made(house, tab):
    dialog = open_transfer(tab)
    dialog.locator("[name=queue]").select_option(label="Finance: Bills")
    dialog.locator("[name=summary]").fill(WORDS)
    tab = again(tab, tab.url)
    dialog = open_transfer(tab)
    expect(dialog.locator("[name=summary]")).to_have_value(WORDS)
    expect(dialog.locator("[role=status]")).to_contain_text("was not sent. It is here again.")
    dialog.locator("form.stack button[type=submit]").click()
    expect(tab.locator("#offer")).to_contain_text("offers it to Finance")
    assert tab.evaluate(KEPT) == 0
    assert Handoff.objects.get().summary == WORDS


def test_a_task_that_was_begun_can_be_discarded(house, tab):
    tab.keyboard.press("t")
    dialog = tab.locator("#task-dialog")
    dialog.locator("[name=title]").fill("Send the invoice")
    dialog.locator("[name=due_at]").fill("2027-01-10T10:00")
    dialog.locator("[name=text]").fill("To her new address")
    tab = again(tab, tab.url)
    tab.keyboard.press("t")
    dialog = tab.locator("#task-dialog")
    expect(dialog.locator("[name=title]")).to_have_value("Send the invoice")
    expect(dialog.locator("[name=due_at]")).to_have_value("2027-01-10T10:00")
    dialog.get_by_text("Discard it").click()
    expect(dialog.locator("[name=title]")).to_have_value("")
    assert tab.evaluate(KEPT) == 0
    assert Task.objects.count() == 0


@pytest.fixture
def begun(house, people, open_tab) -> Page:
    talk = house.do(make_conversation, people.care)
    page = live(open_tab(people.iara, f"/inbox/people/{talk.profile_id}/"))
    page.locator("[name=title]").fill("Charged twice")
    page.locator("[name=text]").fill(WORDS)
    page.wait_for_timeout(400)
    yield page
    open_tab.forgive(*ON_PURPOSE, "500", "503")


def end_session(tab: Page) -> None:
    tab.context.clear_cookies()


def lose_token(tab: Page) -> None:
    tab.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)


@pytest.mark.parametrize("lose", [end_session, lose_token])
def test_a_new_message_survives_a_lost_session_or_token_and_leaves_once(house, begun, lose: Callable[[Page], None]):
    lose(begun)
    begun.locator("form.form--compose button[type=submit]").dblclick()
    if lose is end_session:
        sign_in_again(begun)
    expect(begun.locator("#messages .bubble--ours")).to_have_text(WORDS)
    assert Message.objects.filter(kind="reply").count() == 1
    assert begun.evaluate(KEPT) == 0


def test_a_new_message_survives_an_error_of_the_server(house, begun, open_tab):
    address = begun.url

    def break_it(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=503, content_type="text/html", body="<h1>away</h1>")
        else:
            route.continue_()

    begun.route(address, break_it)
    begun.locator("form.form--compose button[type=submit]").click()
    expect(begun.locator("h1")).to_have_text("away")
    begun.unroute(address)
    begun.goto(address)
    expect(begun.locator("[name=text]")).to_have_value(WORDS)


def test_a_new_message_waits_while_nobody_answers(begun):
    begun.context.set_offline(True)
    begun.locator("form.form--compose button[type=submit]").click()
    expect(begun.locator(".toast")).to_contain_text("The server does not answer")
    expect(begun.locator("[name=text]")).to_have_value(WORDS)
    begun.context.set_offline(False)
    begun.locator("form.form--compose button[type=submit]").click()
    expect(begun.locator("#messages .bubble--ours")).to_have_text(WORDS)


def test_signing_out_saves_drafts_and_leaves_nothing_on_the_computer(house, tab):
    open_transfer(tab).locator("[name=summary]").fill(WORDS)
    tab.wait_for_timeout(400)
    assert tab.evaluate(KEPT) == 1
    tab.keyboard.press("Escape")
    tab.locator("#words").fill("A draft on the way")
    tab.locator("[popovertarget=account-menu]").last.click()
    tab.locator("#account-menu form[action$='/accounts/logout/'] button").click()
    tab.wait_for_url("**/accounts/login/**")
    assert tab.evaluate(KEPT) == 0
    assert Draft.objects.get().text == "A draft on the way"
