"""The community in a browser: come in by the mailed link, ask, be helped; a moderator and an agent do their part."""

import re
from datetime import timedelta
from email import message_from_bytes, policy

from django.contrib.auth.models import Group
from django.core.cache import cache
from playwright.sync_api import Page, expect

from community.models import Space
from conversations.models import Queue
from engagement.village.models import User
from tests.community.makers import held_post, make_answer, make_member, make_space, make_topic
from tests.factories import make_user


def moderator_of(space: Space) -> User:
    pilar = make_user("Pilar Quiroga", email="pilar@pedralva.example")
    pilar.groups.add(Group.objects.get(role__slug="moderator"))
    Space.objects.filter(pk=space.pk).update(moderator=pilar)
    return pilar


def mailed_link(house, tab: Page) -> str:
    for _ in range(100):
        for _sender, _to, body in house.carrier.received:
            text = message_from_bytes(body, policy=policy.default).get_body(("plain",)).get_content()
            if found := re.search(r"/community/sign-in/[\w-]{43}/", text):
                return found[0]
        tab.wait_for_timeout(100)
    raise AssertionError("no link came")


def test_a_customer_comes_in_asks_and_is_helped(house, open_tab):
    cache.clear()
    space = house.do(make_space, "workshop")
    tab = open_tab(None, "/community/", locale="en")
    tab.click("text=Ask a question")
    tab.fill("#id_email", "ana@cliente.example")
    tab.click("main button[type=submit]")
    expect(tab.locator("h1")).to_have_text("Look into your mail")
    tab.goto(house.url + mailed_link(house, tab))
    tab.click("text=Yes, sign me in")
    tab.fill("#id_name", "Ana da Serra")
    tab.fill("#id_handle", "ana.serra")
    tab.click("main button[type=submit]")
    expect(tab.locator(".public__me")).to_contain_text("Ana da Serra")
    known = house.do(make_topic, space, title="It creaks after the rain")
    tab.goto(house.url + "/community/ask/")
    tab.locator("#id_title").press_sequentially("My wheel creaks in the rain")
    expect(tab.locator("#similar")).to_contain_text(known.title)
    tab.fill("#id_text", "It **creaks**.")
    tab.click("text=Publish")
    expect(tab.locator("h1")).to_have_text("My wheel creaks in the rain")
    expect(tab.locator(".prose strong")).to_have_text("creaks")
    topic = house.do(space.topics.get, slug="my-wheel-creaks-in-the-rain")
    house.do(make_answer, topic, source="Grease it.")
    tab.reload()
    tab.click("text=This solved it")
    expect(tab.locator(".post--accepted")).to_contain_text("Grease it.")
    expect(tab.locator(".topic__meta")).to_contain_text("answered")
    tab.click(".post--accepted >> text=Helped")
    expect(tab.locator(".post--accepted [aria-pressed=true]")).to_contain_text("1")


def test_a_moderator_decides_and_the_next_one_comes(house, open_tab, screenshot):
    space = house.do(make_space, "workshop")
    topic = house.do(make_topic, space)
    house.do(held_post, topic)
    tab = open_tab(house.do(moderator_of, space), "/community/desk/")
    expect(tab.locator(".queue .row")).to_have_count(1)
    screenshot(tab, "community-desk")
    tab.click("text=Hide")
    expect(tab.locator("[aria-invalid=true]")).to_have_attribute("name", "text")
    tab.fill("#text", "Advertising is not for here.")
    tab.click("text=Hide")
    expect(tab.locator("[role=status]").first).to_be_attached()
    expect(tab.locator(".queue .row")).to_have_count(0)


def test_a_post_becomes_a_conversation_and_its_answer_a_post(house, people, open_tab):
    space = house.do(make_space, "workshop")
    topic = house.do(make_topic, space, house.do(make_member, "ngozi"), title="Third rear wheel in four months")
    tab = open_tab(house.do(moderator_of, space), topic.get_absolute_url())
    tab.click("text=Make it a conversation")
    inbox = open_tab(people.iara)
    assert house.do(Queue.objects.filter(is_default=True).exists)
    inbox.click("text=Third rear wheel in four months")
    expect(inbox.locator("#messages")).to_contain_text("/community/workshop/third-rear-wheel-in-four-months/")
    inbox.fill("#words", "We exchange the hub.")
    inbox.click("[data-send]")
    house.workers.ahead = timedelta(seconds=11)
    expect(inbox.locator("#messages .said__state")).to_contain_text("sent", timeout=15000)
    tab.reload()
    expect(tab.locator(".post").last).to_contain_text("We exchange the hub.")
    expect(tab.locator(".post").last).to_contain_text("Iara, of Pedralva")
    expect(tab.locator(".post").first).to_contain_text("A conversation in the inbox")
