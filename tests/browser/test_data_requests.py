"""Data requests in a browser: axe finds nothing, and an erasure shows how far it is until nobody is left."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from engagement.profiles.rights import answering, erasing, holding_back
from engagement.profiles.rights.filing import file_request
from tests.browser.test_accessible import violations
from tests.browser.test_answering import live
from tests.factories import make_conversation
from tests.village.people import person


def make_requests(people):
    """One that is verified, for each kind of page."""
    helena = person("counselor", email="helena@pedralva.example", name="Helena Vasquez")
    made = {"counselor": helena}
    for number, kind in enumerate(("access", "erasure", "objection")):
        conversation = make_conversation(people.care, f"p{number}@customer.example", name=f"Zuleica Prado {number}")
        now = timezone.now()
        facts = {"via": "letter", "words": "All of it.", "received_at": now, "actor": None, "now": now}
        request = file_request(profile_id=conversation.profile_id, kind=kind, **facts)
        if kind == "erasure":
            answering.verify(request_id=request.pk, how="Known", actor=helena, now=now)
        if kind == "access":
            holding_back.hold(profile_id=request.profile_id, reason="A court asks", actor=helena, now=now)
        made[kind] = request
    return made


@pytest.fixture
def asked(house, people):
    return house.do(make_requests, people)


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 1440), ("light", 390)])
def test_axe_finds_nothing(asked, open_tab, screenshot, theme, width):
    tab = live(open_tab(asked["counselor"], "/people/requests/", width=width, color_scheme=theme))
    screenshot(tab, f"data-requests-{theme}-{width}")
    assert violations(tab) == []
    pages = {
        "access": f"/people/requests/{asked['access'].pk}/",
        "objection": f"/people/requests/{asked['objection'].pk}/",
        "erasure": f"/people/requests/{asked['erasure'].pk}/erasure/",
        "holds": f"/people/{asked['access'].profile_id}/requests/",
        "closed": "/people/requests/?of=closed",
    }
    for name, path in pages.items():
        tab.goto(tab.url.split("/people/")[0] + path)
        screenshot(tab, f"data-request-{name}-{theme}-{width}")
        assert violations(tab) == [], name


def test_an_erasure_is_confirmed_by_the_name_and_shows_how_far_it_is(house, asked, open_tab):
    tab = live(open_tab(asked["counselor"], f"/people/requests/{asked['erasure'].pk}/"))
    tab.get_by_role("link", name="See what goes").click()
    tab.get_by_label("Type it here").fill("Somebody else")
    tab.get_by_role("button", name="Erase for good").click()
    expect(tab.get_by_text("Nothing was erased")).to_be_visible()
    tab.get_by_label("Type it here").fill("Zuleica Prado 1")
    tab.get_by_role("button", name="Erase for good").click()
    expect(tab.get_by_role("heading", name="Is being erased")).to_be_visible()
    assert house.do(erasing.work, now=timezone.now()) == 1
    expect(tab.get_by_role("heading", name="Erased", exact=True)).to_be_visible()
    tab.reload()
    expect(tab.get_by_text("Zuleica")).to_have_count(0)
