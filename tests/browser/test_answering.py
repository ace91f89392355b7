"""The main job in a browser: a mail arrives, an agent answers it, the customer gets the answer."""

import time
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy

from django.db.models import QuerySet
from playwright.sync_api import Page, Route, expect

from conversations.actions.assign import assign
from conversations.actions.reply import reply
from conversations.models import Conversation, Message
from engagement.events.models import OutboxEvent
from tests.factories import NOW, make_conversation


def live(tab: Page) -> Page:
    """Wait until the page's socket listens."""
    expect(tab.locator("html")).to_have_attribute("data-live", "live")
    return tab


def test_a_mail_is_shown_without_reload_and_its_answer_arrives_in_the_same_thread(house, people, open_tab):
    tab = live(open_tab(people.iara))
    expect(tab.locator("#rows .empty__title")).to_have_text("Nobody waits here")
    expect(tab.locator("#rows")).to_contain_text("Send a mail to care@pedralva.example")
    message_id = house.write("care@pedralva.example", title="Where is my order?", text="It is late.")
    row = tab.locator("#rows .row")
    expect(row).to_contain_text("Ana Prado")
    expect(tab.locator(".views__link[aria-current] .views__count")).to_have_text("1")
    row.click()
    expect(tab.locator("#messages .bubble")).to_have_text("It is late.")
    tab.fill("#words", "It left this morning.")
    tab.click("[data-send]")
    expect(tab.locator(".undo")).to_contain_text("Sent to Ana Prado. Leaves in")
    expect(tab.locator("#words")).to_have_value("")
    house.workers.ahead = timedelta(seconds=11)
    expect(tab.locator("#messages .said__state")).to_contain_text("sent", timeout=15000)
    _sender, recipients, body = house.carrier.received[0]
    mail = message_from_bytes(body, policy=policy.default)
    assert recipients == ["ana@cliente.example"]
    assert mail["In-Reply-To"] == message_id
    assert "It left this morning." in mail.get_body(("plain",)).get_content()
    assert len(house.carrier.received) == 1


def test_what_arrives_between_drawing_and_listening_is_shown(house, people, open_tab):
    house.do(make_conversation, people.care)

    def waiting() -> QuerySet[OutboxEvent]:
        return OutboxEvent.objects.exclude(status=OutboxEvent.Status.DONE)

    def meanwhile(route: Route) -> None:
        if Conversation.objects.count() == 1:
            house.write("care@pedralva.example", sender="bia@cliente.example", name="Bia Lima")
            house.do(until, lambda: Conversation.objects.count() == 2 and not waiting().exists())
        route.continue_()

    tab = open_tab(people.iara, "/").context.new_page()
    tab.route("**/live-topics*.js", meanwhile)
    tab.goto(f"{house.url}/inbox/all/", wait_until="commit")
    expect(tab.locator("#rows .row")).to_have_count(2)


def until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 15
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_a_refresh_that_was_not_answered_is_made_again(house, people, open_tab):
    talk = house.do(make_conversation, people.care)
    tab = live(open_tab(people.iara, f"/inbox/all/{talk.pk}/"))
    failed: list[str] = []

    def fail_once(route: Route) -> None:
        if route.request.headers.get("hx-target", "").endswith("#thread-top") and len(failed) < 2:
            failed.append(route.request.url)
            route.abort() if len(failed) == 1 else route.fulfill(status=502, body="")
        else:
            route.fallback()

    tab.route("**/inbox/**", fail_once)
    house.do(assign, conversation=talk, assignee=people.caio, actor=people.caio, now=NOW)
    expect(tab.locator(".thread__assignee")).to_have_text("Assignee: Caio Brandt")
    assert len(failed) == 2
    open_tab.forgive("ERR_", "Failed to fetch", "502")


def test_undo_takes_the_answer_back_and_the_words_into_the_composer(house, people, open_tab):
    conversation = house.do(make_conversation, people.care)
    tab = live(open_tab(people.iara, f"/inbox/all/{conversation.pk}/"))
    tab.fill("#words", "Too early")
    tab.click("[data-send]")
    tab.click(".undo button")
    expect(tab.locator("#words")).to_have_value("Too early")
    expect(tab.locator(".undo")).to_have_count(0)
    expect(tab.locator("#messages")).to_contain_text("took an answer back before it left")
    house.workers.ahead = timedelta(seconds=30)
    tab.wait_for_timeout(400)
    assert house.carrier.received == []


def test_when_a_colleague_answers_first_the_send_stops_and_shows_their_words(house, people, open_tab):
    conversation = house.do(make_conversation, people.care)
    mine = live(open_tab(people.iara, f"/inbox/all/{conversation.pk}/"))
    theirs = live(open_tab(people.caio, f"/inbox/all/{conversation.pk}/"))
    mine.fill("#words", "My answer")
    expect(theirs.locator("#messages .note--draft")).to_contain_text("My answer")
    theirs.fill("#words", "Already replaced, it leaves today.")
    theirs.click("[data-send]")
    expect(mine.locator("#messages")).to_contain_text("Already replaced, it leaves today.")
    mine.click("[data-send]")
    expect(mine.locator("#answered-first")).to_contain_text("Caio answered while you were writing.")
    expect(mine.locator("#answered-first")).to_contain_text("Already replaced, it leaves today.")
    expect(mine.locator("#words")).to_have_value("My answer")
    assert Message.objects.filter(kind="reply").count() == 1
    mine.click("text=Send anyway")
    expect(mine.locator("#messages .bubble--ours")).to_have_count(2)


def test_what_was_written_can_be_thrown_away_after_a_collision(house, people, open_tab):
    conversation = house.do(make_conversation, people.care)
    mine = live(open_tab(people.iara, f"/inbox/all/{conversation.pk}/"))
    mine.fill("#words", "My answer")
    words = {"text": "Mine first", "client_key": "c", "seen_seq": 1, "now": NOW}
    house.do(reply, conversation=conversation, author=people.caio, **words)
    mine.click("[data-send]")
    mine.click("text=Throw mine away")
    expect(mine.locator("#words")).to_have_value("")
    expect(mine.locator("#answered-first")).to_have_count(0)
    assert Conversation.objects.get().drafts.count() == 0


def test_a_draft_survives_leaving_the_page(house, people, open_tab):
    conversation = house.do(make_conversation, people.care)
    path = f"/inbox/all/{conversation.pk}/"
    tab = live(open_tab(people.iara, path))
    tab.locator("#words").press_sequentially("Half of a sen")
    expect(tab.locator("[data-draft-state]")).to_have_text("Draft saved, the team sees it")
    tab.goto(house.url + path)
    expect(tab.locator("#words")).to_have_value("Half of a sen")


def test_arriving_messages_keep_text_focus_place_and_what_is_unfolded(house, people, open_tab):
    first = house.do(
        make_conversation,
        people.care,
        "ana@cliente.example",
        text="\n".join(["A long line."] * 80),
        quoted_text="> before",
    )
    tab = live(open_tab(people.iara, f"/inbox/all/{first.pk}/"))
    tab.locator("#messages summary").click()
    tab.locator("#words").press_sequentially("Typing")
    tab.evaluate("document.getElementById('thread-scroll').scrollTop = 40")
    external = first.messages.get().externals.get().external_id
    house.write("care@pedralva.example", title="Re: Order 1234", text="One more thing", reply_to=f"<{external}>")
    expect(tab.locator("#below")).to_contain_text("1 new message below")
    assert tab.evaluate("document.getElementById('thread-scroll').scrollTop") == 40
    assert tab.evaluate("document.activeElement.id") == "words"
    expect(tab.locator("#words")).to_have_value("Typing")
    expect(tab.locator("#messages details")).to_have_attribute("open", "")
    tab.click("#below")
    expect(tab.locator("#below")).to_be_hidden()
    expect(tab.locator("#messages .bubble").last).to_be_in_viewport()


def test_presence_is_shown_to_the_other_and_not_to_oneself(house, people, open_tab):
    conversation = house.do(make_conversation, people.care)
    mine = live(open_tab(people.iara, f"/inbox/all/{conversation.pk}/"))
    theirs = live(open_tab(people.caio, f"/inbox/all/{conversation.pk}/"))
    expect(mine.locator("#presence .avatar")).to_have_attribute("aria-label", "Caio Brandt is looking")
    theirs.locator("#words").press_sequentially("Hel")
    expect(mine.locator("#presence .avatar")).to_have_attribute("aria-label", "Caio Brandt is writing")
    expect(theirs.locator("#presence .avatar")).to_have_count(1)


def test_what_is_written_while_an_answer_is_on_its_way_is_not_lost(house, people, open_tab):
    house.do(make_conversation, people.care, "ana@customer.example", name="Ana Prado", received_at=NOW)
    tab = live(open_tab(people.iara))
    tab.locator("#rows .row").click()
    expect(tab.locator("#thread-name")).to_have_text("Ana Prado")

    def slowly(route):
        tab.wait_for_timeout(1500)
        route.continue_()

    tab.route("**/replies/", slowly)
    tab.fill("#words", "On its way")
    tab.keyboard.press("Control+Enter")
    tab.locator("#composer button[data-kind=note]").click()
    tab.keyboard.type("Told An")
    expect(tab.locator("#messages .bubble--ours")).to_have_text("On its way")
    tab.wait_for_timeout(500)
    tab.keyboard.type("a")
    expect(tab.locator("#words")).to_have_value("Told Ana")
    expect(tab.locator("#words")).to_be_focused()
    tab.keyboard.press("Control+Enter")
    expect(tab.locator("#messages .note")).to_contain_text("Told Ana")
    tab.locator("#composer button[data-kind=reply]").click()
    expect(tab.locator("#words")).to_have_value("")
