"""Every action belongs to the conversation that is selected at that instant, however fast or slow the thread comes."""

from datetime import timedelta

from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from conversations.models import Conversation, Draft, Message
from tests.browser.test_answering import live
from tests.factories import NOW, make_conversation, make_user, minutes

LATENCY = {"offline": False, "latency": 700, "downloadThroughput": -1, "uploadThroughput": -1}
NAMES = ("Ana Prado", "Bia Lima", "Caetano Reis", "Davi Melo", "Elisa Nunes")


def several(channel) -> list[Conversation]:
    """Five conversations; the newest is Ana's."""
    return [
        make_conversation(channel, f"{name[:3].lower()}@cliente.example", name=name, received_at=NOW - minutes(n))
        for n, name in enumerate(NAMES)
    ]


def slow_down(tab: Page) -> None:
    """700 ms from the browser to the server, as over a bad connection."""
    session = tab.context.new_cdp_session(tab)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LATENCY)


def opened(open_tab, person, conversation, name: str, **options) -> Page:
    tab = live(open_tab(person, f"/inbox/all/{conversation.pk}/", **options))
    expect(tab.locator("#thread-name")).to_have_text(name)
    return tab


def status_of(conversation: Conversation) -> str:
    return Conversation.objects.get(pk=conversation.pk).status


def test_keys_without_a_pause_never_touch_the_conversation_that_was_left(house, people, open_tab):
    ana, bia, *_rest = house.do(several, people.care)
    tab = opened(open_tab, people.iara, ana, "Ana Prado")
    tab.evaluate(
        """() => { for (const key of ["j", "e"])
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })); }"""
    )
    expect(tab.locator("#thread-name")).to_have_text("Bia Lima")
    tab.wait_for_timeout(500)
    assert status_of(ana) == "open"
    expect(tab).to_have_url(f"{house.url}/inbox/all/{bia.pk}/")
    tab.keyboard.press("e")
    expect(tab.locator(".thread__state")).to_contain_text("resolved")
    assert (status_of(ana), status_of(bia)) == ("open", "resolved")


def test_slowly_loading_threads_take_words_and_never_a_key_of_the_old_one(house, people, open_tab):
    ana, bia, *_rest = house.do(several, people.care)
    tab = opened(open_tab, people.iara, ana, "Ana Prado")
    slow_down(tab)
    tab.keyboard.press("j")
    expect(tab.locator("#row-" + str(bia.pk))).to_have_attribute("aria-current", "true")
    expect(tab.locator("#opening")).to_contain_text("Bia Lima")
    assert tab.evaluate("document.getElementById('thread').inert")
    for key in ("e", "a", "s"):
        tab.keyboard.press(key)
    tab.keyboard.press("r")
    tab.keyboard.type("For Bia only")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator("#thread-name")).to_have_text("Bia Lima")
    expect(tab.locator("#words")).to_have_value("For Bia only")
    expect(tab.locator("#words")).to_be_focused()
    expect(tab.locator("[data-draft-state]")).to_have_text("Draft saved, the team sees it")
    assert Message.objects.filter(kind="reply").count() == 0
    assert [draft.conversation_id for draft in Draft.objects.all()] == [bia.pk]
    assert (status_of(ana), status_of(bia)) == ("open", "open")


def test_words_begun_in_one_conversation_stay_there_when_another_is_selected(house, people, open_tab):
    ana, bia, *_rest = house.do(several, people.care)
    tab = opened(open_tab, people.iara, ana, "Ana Prado")
    slow_down(tab)
    tab.keyboard.press("r")
    tab.keyboard.type("Secret of Ana")
    tab.locator("#row-" + str(bia.pk)).click()
    expect(tab.locator("#opening")).to_contain_text("Bia Lima")
    expect(tab.locator("#thread-name")).to_have_text("Bia Lima")
    expect(tab.locator("#words")).to_have_value("")
    tab.wait_for_timeout(900)
    assert [(draft.conversation_id, draft.text) for draft in Draft.objects.all()] == [(ana.pk, "Secret of Ana")]
    tab.keyboard.press("k")
    expect(tab.locator("#words")).to_have_value("Secret of Ana")


def test_an_answer_that_comes_late_is_not_drawn_into_another_thread(house, people, open_tab):
    ana, bia, *_rest = house.do(several, people.care)
    tab = opened(open_tab, people.iara, ana, "Ana Prado")

    def late(route) -> None:
        tab.wait_for_timeout(1500)
        route.continue_()

    tab.route(f"**/{ana.pk}/closure/", late)
    tab.route(f"**/{ana.pk}/replies/", late)
    tab.keyboard.press("r")
    tab.keyboard.type("On its way, Ana")
    tab.keyboard.press("Control+Enter")
    tab.locator("#row-" + str(bia.pk)).click()
    expect(tab.locator("#thread-name")).to_have_text("Bia Lima")
    expect(tab.locator(".undo")).to_contain_text("Sent to Ana Prado")
    expect(tab.locator("#thread-name")).to_have_text("Bia Lima")
    expect(tab.locator("#messages")).not_to_contain_text("On its way, Ana")
    expect(tab.locator("#words")).to_have_value("")
    assert [message.conversation_id for message in Message.objects.filter(kind="reply")] == [ana.pk]
    tab.click("text=Ana Prado")
    expect(tab.locator("#words")).to_have_value("")
    assert Draft.objects.count() == 0


def test_undo_of_a_toast_changes_its_own_conversation_and_draws_nothing_here(house, people, open_tab):
    ana, _bia, *_rest = house.do(several, people.care)
    tab = opened(open_tab, people.iara, ana, "Ana Prado")
    tab.keyboard.press("e")
    expect(tab.locator(".toast")).to_contain_text("Resolved")
    tab.keyboard.press("j")
    expect(tab.locator("#thread-name")).to_have_text("Bia Lima")
    tab.click(".toast button:has-text('Undo')")
    expect(tab.locator("#rows")).to_contain_text("Ana Prado")
    expect(tab.locator("#thread-name")).to_have_text("Bia Lima")
    expect(tab.locator(".thread__state")).not_to_contain_text("resolved")
    assert status_of(ana) == "open"


def test_offline_the_selected_row_the_address_and_the_thread_agree_and_come_back(house, people, open_tab):
    ana, bia, *_rest = house.do(several, people.care)
    tab = opened(open_tab, people.iara, ana, "Ana Prado")
    tab.context.set_offline(True)
    tab.keyboard.press("j")
    expect(tab.locator("#opening")).to_contain_text("could not be opened")
    expect(tab.locator("#opening")).to_contain_text("Bia Lima")
    expect(tab.locator("#rows .row[aria-current]")).to_have_id(f"row-{bia.pk}")
    expect(tab).to_have_url(f"{house.url}/inbox/all/{bia.pk}/")
    for key in ("e", "r"):
        tab.keyboard.press(key)
    tab.keyboard.type("Later")
    tab.context.set_offline(False)
    expect(tab.locator("#thread-name")).to_have_text("Bia Lima", timeout=20000)
    expect(tab.locator("#words")).to_have_value("Later")
    open_tab.forgive("Failed to fetch", "ERR_INTERNET_DISCONNECTED")
    assert (status_of(ana), status_of(bia)) == ("open", "open")


def test_a_server_error_is_shown_in_place_and_can_be_tried_again(house, people, open_tab):
    ana, bia, *_rest = house.do(several, people.care)
    tab = opened(open_tab, people.iara, ana, "Ana Prado")
    tab.route(f"**/inbox/all/{bia.pk}/", lambda route: route.fulfill(status=502, body="away"))
    tab.keyboard.press("j")
    expect(tab.locator("#opening")).to_contain_text("could not be opened. Try again")
    tab.keyboard.press("e")
    tab.unroute(f"**/inbox/all/{bia.pk}/")
    tab.click("#opening [data-opening-again]")
    expect(tab.locator("#thread-name")).to_have_text("Bia Lima")
    open_tab.forgive("502 (Bad Gateway)")
    assert (status_of(ana), status_of(bia)) == ("open", "open")


def test_the_back_button_selects_at_once(house, people, open_tab):
    ana, bia, *_rest = house.do(several, people.care)
    tab = opened(open_tab, people.iara, ana, "Ana Prado")
    tab.keyboard.press("j")
    expect(tab.locator("#thread-name")).to_have_text("Bia Lima")
    slow_down(tab)
    tab.evaluate("history.back()")
    expect(tab.locator("#opening")).to_contain_text("Ana Prado")
    tab.keyboard.press("e")
    expect(tab.locator("#thread-name")).to_have_text("Ana Prado")
    expect(tab.locator("#opening")).to_have_count(0)
    tab.wait_for_timeout(800)
    assert (status_of(ana), status_of(bia)) == ("open", "open")
    tab.keyboard.press("e")
    expect(tab.locator(".thread__state")).to_contain_text("resolved")
    assert (status_of(ana), status_of(bia)) == ("resolved", "open")


def test_many_steps_at_once_end_at_the_last_row(house, people, open_tab):
    ana, *rest = house.do(several, people.care)
    tab = opened(open_tab, people.iara, ana, "Ana Prado")
    slow_down(tab)
    for key in ("j", "j", "j", "e", "j"):
        tab.keyboard.press(key)
    expect(tab.locator("#thread-name")).to_have_text("Elisa Nunes")
    expect(tab).to_have_url(f"{house.url}/inbox/all/{rest[-1].pk}/")
    tab.wait_for_timeout(500)
    assert Conversation.objects.filter(status="open").count() == len(NAMES)
    assert Conversation.objects.filter(last_activity_at__gt=NOW + timedelta(minutes=5)).count() == 0


def test_a_phone_shows_the_selected_conversation_at_once(house, people, open_tab, screenshot):
    house.do(several, people.care)
    tab = live(open_tab(people.iara, width=390, height=844))
    slow_down(tab)
    tab.locator("#rows .row").first.click()
    expect(tab.locator("#opening")).to_contain_text("Ana Prado")
    expect(tab.locator("#list")).to_be_hidden()
    screenshot(tab, "opening-390")
    expect(tab.locator("#thread-name")).to_be_visible()


def test_enter_gives_it_to_whoever_was_typed_also_before_the_list_has_come(house, people, open_tab):
    def more() -> None:
        for name in ("Alda Reis", "Zilda Prado"):
            person = make_user(name, queues=(people.queue,))
            person.groups.add(Group.objects.get(role__slug="agent"))

    house.do(more)
    ana, *_rest = house.do(several, people.care)
    tab = opened(open_tab, people.iara, ana, "Ana Prado")
    slow_down(tab)
    tab.keyboard.press("a")
    tab.keyboard.type("zilda")  # the first keys come before the menu has its list
    tab.keyboard.press("Enter")
    expect(tab.locator(".thread__assignee")).to_have_text("Assignee: Zilda Prado")
    tab.keyboard.press("a")
    expect(tab.locator("#assign-people")).to_contain_text("Alda Reis")
    tab.keyboard.type("nobody of this name")
    tab.keyboard.press("Enter")
    expect(tab.locator("#assign-people")).to_contain_text("Nobody of this name")
    expect(tab.locator(".thread__assignee")).to_have_text("Assignee: Zilda Prado")
    assert house.do(lambda: Conversation.objects.get(pk=ana.pk).assignee.name) == "Zilda Prado"


def test_a_late_answer_leaves_an_open_menu_at_its_button_and_its_keys_to_it(house, people, open_tab):
    ana, *_rest = house.do(several, people.care)
    tab = opened(open_tab, people.iara, ana, "Ana Prado")
    slow_down(tab)
    tab.keyboard.press("s")
    tab.keyboard.press("Enter")
    tab.keyboard.press("a")
    expect(tab.locator("#assign-people .menu__item").first).to_be_visible()
    expect(tab.locator(".thread__state")).to_contain_text("Snoozed until")
    tab.keyboard.type("caio")  # "a" and "c" are shortcuts elsewhere
    menu, button = (tab.locator(name).bounding_box() for name in ("#assign-menu", "[popovertarget=assign-menu]"))
    assert menu["y"] >= button["y"] + button["height"]
    assert abs(menu["x"] - button["x"]) < menu["width"]
    tab.keyboard.press("Enter")
    expect(tab.locator(".thread__assignee")).to_have_text("Assignee: Caio Brandt")
    assert house.do(lambda: Conversation.objects.get(pk=ana.pk).status) == "snoozed"


def test_the_back_button_without_a_connection_shows_what_is_selected_and_comes_back(house, people, open_tab):
    ana, bia, *_rest = house.do(several, people.care)
    tab = opened(open_tab, people.iara, ana, "Ana Prado")
    tab.keyboard.press("j")
    expect(tab.locator("#thread-name")).to_have_text("Bia Lima")
    tab.context.set_offline(True)
    tab.evaluate("history.back()")
    expect(tab.locator("#opening")).to_contain_text("could not be opened")
    expect(tab.locator("#opening")).to_contain_text("Ana Prado")
    expect(tab.locator("#rows .row[aria-current]")).to_have_id(f"row-{ana.pk}")
    for key in ("e", "r"):
        tab.keyboard.press(key)
    tab.keyboard.type("For Ana")
    tab.context.set_offline(False)
    expect(tab.locator("#thread-name")).to_have_text("Ana Prado", timeout=20000)
    expect(tab.locator("#words")).to_have_value("For Ana")
    open_tab.forgive("Failed to fetch", "ERR_INTERNET_DISCONNECTED", "WebSocket")
    assert (status_of(ana), status_of(bia)) == ("open", "open")
