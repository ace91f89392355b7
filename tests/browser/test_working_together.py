"""What two people at one conversation see of each other, and what is asked before words leave."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from conversations.actions.assign import assign
from conversations.actions.draft import save_draft
from conversations.actions.reply import reply
from conversations.models import Conversation, Message, Participant
from engagement.village.models import User
from tests.browser.test_answering import live
from tests.factories import NOW, make_conversation, make_user


@pytest.fixture
def talk(house, people):
    return house.do(make_conversation, people.care)


def test_the_assignee_is_the_same_everywhere_at_once(house, people, open_tab, talk):
    tab = live(open_tab(people.iara, f"/inbox/all/{talk.pk}/"))
    expect(tab.locator(".thread__assignee")).to_have_text("Unassigned")
    house.do(assign, conversation=talk, assignee=people.caio, actor=people.caio, now=timezone.now())
    expect(tab.locator(".thread__assignee")).to_have_text("Assignee: Caio Brandt")
    expect(tab.locator("#rail-standing")).to_contain_text("Caio Brandt")
    expect(tab.locator("#rows .row__people")).to_contain_text("CB")
    house.do(assign, conversation=talk, assignee=None, actor=people.caio, now=timezone.now())
    expect(tab.locator(".thread__assignee")).to_have_text("Unassigned")
    tab.fill("#words", "Mine now")
    tab.click("[data-send]")
    expect(tab.locator("#rail-standing")).to_contain_text("Iara Menezes")
    expect(tab.locator(".thread__assignee")).to_have_text("Assignee: Iara Menezes")


def test_a_colleagues_draft_is_seen_as_it_grows(house, people, open_tab, talk):
    tab = live(open_tab(people.iara, f"/inbox/all/{talk.pk}/"))
    facts = {"conversation": talk, "author": people.caio, "kind": "reply", "now": NOW}
    house.do(save_draft, text="I will", version=0, **facts)
    expect(tab.locator("#drafts")).to_contain_text("I will")
    house.do(save_draft, text="I will look into it", version=1, **facts)
    expect(tab.locator("#drafts")).to_contain_text("I will look into it")


def test_a_page_that_shows_the_colleagues_answer_is_not_stopped_by_it(house, people, open_tab, talk):
    facts = {"conversation": talk, "now": NOW}
    house.do(save_draft, author=people.iara, kind="reply", text="My answer", seen_seq=1, version=0, **facts)
    house.do(reply, author=people.caio, text="Already replaced", client_key="c", seen_seq=1, **facts)
    tab = live(open_tab(people.iara, f"/inbox/all/{talk.pk}/"))
    expect(tab.locator("#messages")).to_contain_text("Already replaced")
    expect(tab.locator("#words")).to_have_value("My answer")
    tab.locator("#words").focus()
    tab.keyboard.press("Control+Enter")
    expect(tab.locator("#messages .bubble--ours")).to_have_count(2)


def test_a_colleague_is_picked_by_keys_and_a_misspelt_name_is_pointed_out(house, people, open_tab, talk, screenshot):
    house.do(make_user, "Cátia Alves", email="catia@pedralva.example")
    tab = live(open_tab(people.iara, f"/inbox/all/{talk.pk}/"))
    tab.keyboard.press("n")
    tab.keyboard.type("Please see @ca")
    options = tab.locator("#mentions [role=option]")
    expect(options).to_have_count(2)
    expect(options.first).to_contain_text("Caio Brandt")
    expect(options.nth(1)).to_contain_text("no access to this queue")
    screenshot(tab, "mention-1440")
    tab.keyboard.press("Enter")
    expect(tab.locator("#words")).to_have_value("Please see @Caio Brandt ")
    tab.keyboard.type("and @Ciao")
    expect(tab.locator("#mentions")).to_be_hidden()
    tab.keyboard.press("Control+Enter")
    expect(tab.locator("#composer-error")).to_contain_text("@Ciao")
    assert Message.objects.filter(kind="note").count() == 0
    screenshot(tab, "mention-unknown-1440")
    tab.locator("#composer-error").get_by_role("button", name="Caio Brandt").click()
    expect(tab.locator("#words")).to_have_value("Please see @Caio Brandt and @Caio Brandt")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator("#messages .note")).to_contain_text("Please see @Caio Brandt")
    note = Message.objects.get(kind="note")
    assert [one["name"] for one in note.detail["mentions"]] == ["Caio Brandt"]


def test_an_undo_that_no_longer_applies_is_not_offered(house, people, open_tab, talk):
    tab = live(open_tab(people.iara, f"/inbox/all/{talk.pk}/"))
    tab.keyboard.press("s")
    tab.keyboard.press("Enter")
    expect(tab.locator(".toast")).to_contain_text("Snoozed")
    tab.keyboard.press("e")
    expect(tab.locator(".thread__state")).not_to_contain_text("Snoozed")
    expect(tab.locator(".toast", has_text="Snoozed")).to_have_count(0)


def test_a_reply_to_many_asks_with_their_number(house, people, open_tab, talk, screenshot):
    for n in range(24):
        address = f"guest{n}@cliente.example"
        Participant.objects.create(conversation=talk, address=address, address_norm=address, joined_at=NOW)
    tab = live(open_tab(people.iara, f"/inbox/all/{talk.pk}/"))
    tab.fill("#words", "To all of you")
    tab.click("[data-send]")
    expect(tab.locator("#composer-error")).to_contain_text("This reply goes to 25 people.")
    expect(tab.locator("#words")).to_have_value("To all of you")
    assert Message.objects.filter(kind="reply").count() == 0
    screenshot(tab, "many-1440")
    tab.locator("#words").press("Control+Enter")
    expect(tab.locator("#composer-error")).to_contain_text("This reply goes to 25 people.")
    tab.wait_for_timeout(700)
    assert Message.objects.filter(kind="reply").count() == 0
    tab.get_by_role("button", name="Send to 25 people").click()
    expect(tab.locator("#messages .bubble--ours")).to_have_text("To all of you")
    assert len(Message.objects.get(kind="reply").detail["recipients"]) == 25


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("pt-br", "dark")])
def test_what_is_said_without_a_connection_or_session_fits(house, people, open_tab, talk, screenshot, language, scheme):
    User.objects.update(language=language)
    for width, height in ((1440, 900), (390, 844)):
        name = f"{width}-{language}-{scheme}"
        tab = live(open_tab(people.iara, f"/inbox/all/{talk.pk}/", width=width, height=height, color_scheme=scheme))
        tab.context.set_offline(True)
        expect(tab.locator("#connection-lost")).to_be_visible(timeout=5000)
        tab.locator("#words").press_sequentially("Words")
        expect(tab.locator("[data-send]").first).to_be_in_viewport(ratio=1)
        expect(tab.locator("[data-send]").first).to_have_attribute("aria-disabled", "true")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        screenshot(tab, f"offline-{name}")
        tab.context.clear_cookies()
        tab.context.set_offline(False)
        expect(tab.locator("#session-dialog")).to_be_visible(timeout=20000)
        screenshot(tab, f"session-{name}")
        open_tab.forgive("Failed to fetch", "ERR_", "WebSocket", "401", "403")
    assert Conversation.objects.count() == 1
