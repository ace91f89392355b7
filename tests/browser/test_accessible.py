"""axe-core finds nothing, in light and in dark, on any page of the inbox."""

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from conversations.actions.note import write_note
from conversations.actions.reply import reply
from engagement.channels.models import RawEvent
from engagement.profiles.actions.deals import Terms, open_deal
from engagement.profiles.companies.changes import add_company
from engagement.profiles.companies.ties import employ
from tests.browser.conftest import PACKAGES
from tests.browser.test_answering import live
from tests.factories import NOW, make_conversation, make_message, minutes
from tests.village.people import person

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(tab: Page, *, within: str = "") -> list[str]:
    """What axe finds on the page, or within the elements of a selector, one line for each element."""
    tab.evaluate((PACKAGES / "axe-core" / "axe.min.js").read_text())
    place = [[one.strip()] for one in within.split(",")] if within else None
    run = "([place, tags]) => axe.run(place ? {include: place} : document, {runOnly: tags, iframes: false})"
    found = tab.evaluate(run, [place, TAGS])
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary'][:200]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.fixture
def talk(house, people):
    return house.do(talk_of_everything, people)


def talk_of_everything(people):
    """A conversation with something of everything, and one that came in and could not be read."""
    conversation = make_conversation(
        people.care, name="Wellington Figueiredo Sant’Anna", received_at=NOW - minutes(90), text="There is a click."
    )
    write_note(
        conversation=conversation,
        author=people.caio,
        text="@Iara the hub is known.",
        client_key="n",
        now=NOW - minutes(80),
    )
    sent = reply(
        conversation=conversation,
        author=people.iara,
        text="Reserved Tuesday.",
        client_key="r",
        seen_seq=9,
        now=NOW - minutes(70),
    )
    make_message(
        people.care,
        title="Re: Order 1234",
        html="<h2>Options</h2><ul><li>one</li></ul><table><tr><td>a</td></tr></table>",
        text="Options: one",
        quoted_text="> Reserved",
        in_reply_to=[sent.externals.get().external_id],
        received_at=NOW - minutes(9),
    )
    make_conversation(
        people.care,
        "maria@cliente.example",
        name="Maria Aparecida do Nascimento Vasconcelos de Albuquerque",
        received_at=NOW - minutes(300),
    )
    RawEvent.objects.create(
        channel=people.care, received_at=NOW, body=b"\xff\x00 no mail", status="failed", error="There is no header."
    )
    return conversation


def violations_in_both_themes(tab: Page, screenshot, name: str) -> list[str]:
    """What axe finds on a page in light and in dark; its picture is kept in both."""
    found = []
    for theme in ("light", "dark"):
        tab.emulate_media(color_scheme=theme)
        screenshot(tab, f"{name}-{theme}-1440")
        found += [f"{name}, {theme}: {one}" for one in violations(tab)]
    return found


def test_axe_finds_nothing(house, people, talk, open_tab, screenshot):
    paths = {
        "inbox": "/inbox/all/",
        "thread": f"/inbox/all/{talk.pk}/",
        "attention": "/inbox/attention/",
        "home": "/",
        "people": "/people/",
        "profile": f"/people/{talk.profile_id}/",
        "beginning": f"/inbox/people/{talk.profile_id}/",
        "note": f"/work/people/{talk.profile_id}/notes/",
    }
    tab = open_tab(people.iara)
    found = []
    for name, path in paths.items():
        tab.goto(house.url + path)
        live(tab)
        found += violations_in_both_themes(tab, screenshot, name)
    assert found == []


def test_axe_finds_nothing_where_queues_are_arranged(house, people, open_tab, screenshot):
    architect = house.do(person, "architect", email="rui@pedralva.example", name="Rui Takahashi")
    tab = live(open_tab(architect, "/inbox/queues/"))
    assert violations_in_both_themes(tab, screenshot, "queues") == []
    tab.get_by_role("link", name="Customer care").click()
    expect(tab.get_by_role("button", name="Let in")).to_be_visible()
    assert violations_in_both_themes(tab, screenshot, "queue") == []


def test_axe_finds_nothing_where_people_are_found_and_where_they_work(house, people, talk, open_tab, screenshot):
    merchant = house.do(person, "merchant", email="dagmar@pedralva.example", name="Dagmar Oyelaran")
    group = house.do(add_company, facts={"name": "Grupo Roda Viva", "country": "BR"}, actor=merchant, now=NOW)
    shop = house.do(add_company, facts={"name": "Loja", "parent_id": group.pk}, actor=merchant, now=NOW)
    house.do(employ, profile_id=talk.profile_id, company=shop, position="Buyer", actor=merchant, now=NOW)
    terms = Terms(title="Fleet of 18", company="Loja", amount=Decimal(84000))
    house.do(open_deal, profile_id=talk.profile_id, owner=merchant, terms=terms, actor=merchant, now=NOW)
    paths = {
        "found": "/people/?q=loja",
        "companies": "/people/companies/",
        "company": f"/people/companies/{group.pk}/",
        "company-new": "/people/companies/new/",
        "around": f"/people/{talk.profile_id}/around/",
        "deals": "/people/deals/",
    }
    tab = open_tab(merchant)
    found = []
    for name, path in paths.items():
        tab.goto(house.url + path)
        live(tab)
        found += violations_in_both_themes(tab, screenshot, name)
    assert found == []


def test_axe_finds_nothing_at_the_gate(house, open_tab, screenshot):
    tab = open_tab(None, "/accounts/login/")
    expect(tab.locator("input[name=login]")).to_be_visible()
    assert violations_in_both_themes(tab, screenshot, "gate") == []


def test_axe_finds_nothing_on_smaller_screens(house, people, talk, open_tab, screenshot):
    tab = live(open_tab(people.iara, f"/inbox/all/{talk.pk}/", color_scheme="light"))
    for width in (390, 1024):
        tab.set_viewport_size({"width": width, "height": 844})
        tab.reload()
        live(tab)
        screenshot(tab, f"thread-light-{width}")
        assert violations(tab) == []


def test_axe_finds_nothing_with_menus_and_commands_open(house, people, talk, open_tab):
    tab = live(open_tab(people.iara, f"/inbox/all/{talk.pk}/"))
    for key, opened in (("s", "#snooze-menu"), ("a", "#assign-menu"), ("m", "#more-menu")):
        tab.keyboard.press(key)
        expect(tab.locator(opened)).to_be_visible()
        assert violations(tab) == []
        tab.keyboard.press("Escape")
    tab.keyboard.press("Control+k")
    expect(tab.locator("#palette")).to_be_visible()
    assert violations(tab) == []
