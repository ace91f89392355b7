"""The inbox by keyboard alone, and on a phone."""

from playwright.sync_api import expect

from conversations.actions.labels import LabelValues, create_label
from conversations.models import Conversation
from engagement.village.audit import NOWHERE
from engagement.village.models import Role
from tests.browser.test_answering import live
from tests.factories import NOW, make_conversation, minutes
from tests.village.people import person


def three(channel):
    """Three conversations; the newest is Ana's."""
    names = [
        ("ana@cliente.example", "Ana Prado"),
        ("bia@cliente.example", "Bia Lima"),
        ("caetano@cliente.example", "Caetano Reis"),
    ]
    return [
        make_conversation(channel, address, name=name, received_at=NOW - minutes(n))
        for n, (address, name) in enumerate(names)
    ]


def test_the_keyboard_alone_opens_answers_notes_and_resolves(house, people, open_tab):
    house.do(three, people.care)
    tab = live(open_tab(people.iara))
    tab.keyboard.press("j")
    expect(tab.locator("#thread-name")).to_have_text("Ana Prado")
    tab.keyboard.press("j")
    expect(tab.locator("#thread-name")).to_have_text("Bia Lima")
    tab.keyboard.press("k")
    expect(tab.locator("#thread-name")).to_have_text("Ana Prado")
    tab.keyboard.press("r")
    tab.keyboard.type("On its way")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator("#messages .bubble--ours")).to_have_text("On its way")
    tab.keyboard.press("n")
    tab.keyboard.type("Told Ana")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator("#messages .note")).to_contain_text("Told Ana")
    expect(tab.locator("textarea:focus")).to_have_count(0)  # the note may be shown before its form has its answer
    tab.keyboard.press("e")
    expect(tab.locator(".thread__state")).to_contain_text("resolved")
    expect(tab.locator("#rows .row")).to_have_count(2)
    assert Conversation.objects.get(status="resolved").profile.name == "Ana Prado"
    tab.keyboard.press("j")
    expect(tab.locator("#thread-name")).to_have_text("Bia Lima")


def test_menus_open_by_their_keys_and_give_the_conversation_on(house, people, open_tab):
    conversation = house.do(make_conversation, people.care)
    tab = live(open_tab(people.iara, f"/inbox/all/{conversation.pk}/"))
    tab.keyboard.press("a")
    expect(tab.locator("#assign-menu")).to_be_visible()
    tab.locator("#assign-menu").get_by_text("Caio Brandt").click()
    expect(tab.locator("#messages")).to_contain_text("Iara Menezes gave it to Caio Brandt")
    tab.keyboard.press("s")
    tab.locator("#snooze-menu").get_by_text("In two weeks").click()
    expect(tab.locator(".thread__state")).to_contain_text("Snoozed until")
    tab.keyboard.press("/")
    expect(tab.locator("#find")).to_be_focused()


def test_search_narrows_the_list_and_stays_in_the_address(house, people, open_tab):
    house.do(three, people.care)
    tab = live(open_tab(people.iara))
    tab.fill("#find", "Caetano")
    expect(tab.locator("#rows .row")).to_have_count(1)
    expect(tab).to_have_url(f"{house.url}/inbox/all/?q=Caetano")
    tab.fill("#find", "nobody of that name")
    expect(tab.locator("#rows .empty__title")).to_contain_text("Nothing here says")


def test_on_a_phone_there_is_one_column_at_a_time_by_address(house, people, open_tab, screenshot):
    house.do(three, people.care)
    tab = live(open_tab(people.iara, width=390, height=844))
    expect(tab.locator("#list")).to_be_visible()
    expect(tab.locator("#thread")).to_be_hidden()
    screenshot(tab, "inbox-390")
    tab.locator("#rows .row").first.click()
    expect(tab.locator("#thread-name")).to_be_visible()
    expect(tab.locator("#list")).to_be_hidden()
    expect(tab.locator("#band")).to_be_hidden()
    screenshot(tab, "thread-390")
    tab.click("[aria-label='Show the profile']")
    expect(tab.locator("#rail")).to_be_visible()
    expect(tab.locator("#thread")).to_be_hidden()
    tab.click("[aria-label='Close profile']")
    expect(tab.locator("#thread")).to_be_visible()
    tab.click("[aria-label='Back to the list']")
    expect(tab.locator("#list")).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390


def test_at_four_times_the_zoom_the_letter_can_be_read(house, people, open_tab):
    talk = house.do(three, people.care)[0]
    tab = open_tab(people.iara, f"/inbox/all/{talk.pk}/", width=320, height=256)
    message = tab.locator("#messages .bubble").first
    message.scroll_into_view_if_needed()
    box = message.bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] < 257
    assert tab.locator(".thread__scroll").evaluate("element => element.clientHeight") >= 150
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320


def test_back_brings_the_list_and_forward_the_conversation(house, people, open_tab):
    house.do(three, people.care)
    tab = live(open_tab(people.iara))
    tab.locator("#rows .row").first.click()
    expect(tab.locator("#thread-name")).to_have_text("Ana Prado")
    tab.go_back()
    expect(tab.locator("#thread")).to_contain_text("Choose a conversation")
    tab.go_forward()
    expect(tab.locator("#thread-name")).to_have_text("Ana Prado")


def outside(tab) -> list[str]:
    """What of the navigation is not fully on the screen, or wider than its place; rooms may be scrolled to."""
    return tab.evaluate(
        """() => [...document.querySelectorAll('.band a, .band button')]
          .filter((one) => one.checkVisibility())
          .filter((one) => {
            const box = one.getBoundingClientRect();
            const isHigh = !one.closest('.band__rooms') && (box.top < 0 || box.bottom > innerHeight);
            const isCut = one.matches('.band__link') && one.scrollWidth > one.clientWidth;
            return isHigh || isCut || box.left < 0 || box.right > innerWidth;
          }).map((one) => one.textContent.trim() || one.ariaLabel)"""
    )


def test_whoever_has_every_room_reaches_search_notices_and_the_account(house, people, open_tab):
    everything = house.do(lambda: list(Role.objects.values_list("slug", flat=True)))
    pilar = house.do(lambda: person(*everything, email="pilar@pedralva.example", language="pt-br"))
    tab = live(open_tab(pilar, "/settings/"))
    for width, height in ((1440, 900), (1280, 720), (390, 844)):
        tab.set_viewport_size({"width": width, "height": height})
        assert outside(tab) == []
    expect(tab.locator(".band__rooms [aria-current]")).to_have_attribute("href", "/settings/")
    tab.set_viewport_size({"width": 1280, "height": 720})
    tab.reload()
    expect(tab.locator(".band__rooms [aria-current]")).to_be_in_viewport(ratio=1)
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.get_by_role("button", name="Mais").click()
    last = tab.get_by_role("button", name="Sair")
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport(ratio=1)


def test_labels_are_set_by_a_key_shown_and_narrow_the_list(house, people, open_tab, screenshot):
    house.do(three, people.care)
    for name, color in (("Warranty", "anil"), ("Delivery to the mountains", "river"), ("Praise", "")):
        values = LabelValues(name=name, color=color)
        house.do(create_label, values=values, actor=people.caio, origin=NOWHERE, now=NOW)
    tab = live(open_tab(people.iara))
    tab.keyboard.press("j")
    expect(tab.locator("#thread-name")).to_have_text("Ana Prado")
    for words in ("warr", "mount"):
        tab.keyboard.press("l")
        expect(tab.locator("#found-labels .menu__item").first).to_be_visible()
        tab.keyboard.type(words)
        tab.keyboard.press("Enter")
        expect(tab.locator("#labels-menu")).to_be_hidden()
    expect(tab.locator("#thread-top .thread__labels .badge")).to_have_text(["Delivery to the mountains", "Warranty"])
    expect(tab.locator("#messages")).to_contain_text("Iara Menezes added the label Warranty")
    expect(tab.locator("#rows .row").first.locator(".row__labels .badge")).to_have_count(2)
    screenshot(tab, "labels-1440")
    tab.keyboard.press("l")
    tab.locator("#found-labels .menu__item[name=remove]", has_text="Delivery").click()
    expect(tab.locator("#thread-top .thread__labels .badge")).to_have_text(["Warranty"])
    tab.get_by_role("button", name="Filter by label").click()
    tab.locator("#label-filter").get_by_text("Warranty").click()
    expect(tab.locator("#rows .row")).to_have_count(1)
    screenshot(tab, "labels-filter-1440")
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.locator("#rows .row").first.click()
    expect(tab.locator("#thread-top .thread__labels")).to_be_visible()
    screenshot(tab, "labels-390")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tab.click("[aria-label='Back to the list']")
    tab.get_by_role("link", name="Clear filter").click()
    expect(tab.locator("#rows .row")).to_have_count(3)
    screenshot(tab, "labels-list-390")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
