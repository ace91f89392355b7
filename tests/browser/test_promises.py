"""In a browser: an undo gives the promise back, a colleague is found by name, a refusal comes first, a leaver hands over."""

import re

from django.utils import timezone
from playwright.sync_api import expect

from conversations.actions.assign import assign
from conversations.actions.begin import begin
from conversations.models import Conversation
from conversations.selectors.ways import ways_to
from engagement.profiles.actions.identify import add_address
from engagement.profiles.family import family_of
from engagement.village.models import Role, User
from tests.browser.test_answering import live
from tests.factories import make_conversation, make_number, make_user

now = timezone.now


def test_undoing_a_resolution_shows_the_due_time_again(house, people, open_tab):
    talk = house.do(lambda: make_conversation(people.care, title="Third wheel", received_at=now()))
    tab = live(open_tab(people.iara, f"/inbox/all/{talk.pk}/"))
    expect(tab.locator("#thread-top")).to_contain_text(re.compile(r"due in"))
    tab.keyboard.press("e")
    toast = tab.locator(".toast", has_text="Resolved")
    toast.locator("button", has_text="Undo").click()
    expect(tab.locator("#messages")).to_contain_text("undid the resolution")
    expect(tab.locator("#thread-top")).to_contain_text(re.compile(r"due in"))
    found = house.do(lambda: Conversation.objects.get())
    assert (found.status, found.waiting_since is not None, found.next_due_at is not None) == ("open", True, True)


def test_a_colleague_among_many_is_found_by_typing_the_name(house, people, open_tab):
    def fill():
        for number in range(60):
            make_user(f"Colega {number:02}", queues=(people.queue,))
        return make_conversation(people.care), make_user("Zuleica Ávila", queues=(people.queue,))

    talk, wanted = house.do(fill)
    tab = live(open_tab(people.iara, f"/inbox/all/{talk.pk}/"))
    tab.keyboard.press("a")
    expect(tab.locator("#assign-people .menu__item").first).to_be_visible()
    tab.keyboard.type("avila")
    expect(tab.locator("[data-menu-filter][aria-controls=assign-people]")).to_have_value("avila")
    expect(tab.locator("#assign-people .menu__item")).to_have_count(1)
    tab.keyboard.press("Enter")
    expect(tab.locator(".toast")).to_contain_text("Assigned to Zuleica Ávila")
    assert house.do(lambda: Conversation.objects.get().assignee) == wanted


def test_a_new_text_is_refused_before_it_is_written(house, people, open_tab):
    def begun():
        number = make_number()
        people.queue.channels.add(number)
        talk = make_conversation(people.care)
        add_address(profile_id=talk.profile_id, kind="phone", address="+55 31 98801-0101", now=now())
        ways = ways_to(family=family_of(talk.profile_id), user=people.caio, now=now())
        way = next(one for one in ways if one.channel.kind == "sms")
        begin(way=way, author=people.caio, title="", text="Hello", client_key="1", now=now())
        User.objects.filter(pk=people.iara.pk).update(language="pt-br")
        return talk.profile_id

    profile = house.do(begun)
    tab = open_tab(people.iara, f"/inbox/people/{profile}/")
    expect(tab.locator("main")).to_contain_text("Há uma conversa aberta com a pessoa neste canal. Escreva nela.")
    expect(tab.locator("[name=title]")).to_be_visible()
    tab.locator("a", has_text="Abrir").first.click()
    expect(tab).to_have_url(re.compile(r"/inbox/"))


def test_fields_that_a_text_has_not_are_not_shown(house, people, open_tab):
    def known():
        number = make_number()
        people.queue.channels.add(number)
        talk = make_conversation(people.care)
        add_address(profile_id=talk.profile_id, kind="phone", address="+55 31 98801-0101", now=now())
        return talk.profile_id

    tab = open_tab(people.iara, f"/inbox/people/{house.do(known)}/")
    expect(tab.locator("[name=title]")).to_be_visible()
    tab.locator("[name=text]").fill("Half a sentence")
    tab.locator("[name=way]").select_option(index=1)
    expect(tab.locator("[name=title]")).to_be_hidden()
    expect(tab.locator("[name=attached]")).to_be_hidden()
    expect(tab.locator("[name=text]")).to_have_value("Half a sentence")


def test_an_administrator_closes_an_account_and_hands_its_work_over(house, people, open_tab):
    def leaver():
        talk = make_conversation(people.care)
        assign(conversation=talk, assignee=people.caio, actor=people.caio, now=now())
        boss = make_user("Ivo Sandoval", language="pt-br")
        boss.groups.add(Role.objects.get(slug="administrator").group)
        return boss

    boss = house.do(leaver)
    tab = open_tab(boss, f"/village/people/{people.caio.pk}/")
    expect(tab.locator("main")).to_contain_text("1 item está com esta pessoa.")
    tab.locator("a", has_text="Encerrar a conta…").click()
    expect(tab.locator("main")).to_contain_text("Conversas abertas 1")
    tab.locator("select").select_option(label="Iara Menezes")
    tab.locator("button", has_text="Repassar e encerrar a conta").click()
    expect(tab.locator("main .page__lead")).to_contain_text("fechada")
    assert house.do(lambda: Conversation.objects.get().assignee) == people.iara
    assert not house.do(lambda: User.objects.get(pk=people.caio.pk).is_active)
