"""A Visionary says who is meant, in a real browser: rules are built with the keyboard, counted at once, axe is silent."""

import json

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from campaigns.models import Campaign, Segment
from tests.browser.test_accessible import violations
from tests.factories import NOW, make_conversation


@pytest.fixture
def club(house, people):
    return house.do(_club, people)


def _club(people):
    people.iara.groups.add(Group.objects.get(role__slug="visionary"))
    for number, tags in enumerate((["club"], ["club", "mountain"], ["commuter"])):
        profile = make_conversation(people.care, f"person{number}@cliente.example", name=f"Person {number}").profile
        profile.tags = tags
        profile.save()
    rules = {"all": [{"field": "tags", "op": "has_any", "value": ["club"]}]}
    segment = Segment.objects.create(name="The club", rules=rules, owner=people.iara, created_at=NOW, changed_at=NOW)
    return Campaign.objects.create(name="Spring", segment=segment, owner=people.iara, created_at=NOW, changed_at=NOW)


def test_rules_are_built_counted_kept_and_drawn_again(house, people, club, open_tab):
    tab = open_tab(people.iara, "/admin/campaigns/segment/add/")
    tab.fill("#id_name", "Mountaineers of the club")
    tab.get_by_role("button", name="Add a rule").click()
    tab.get_by_label("What is asked").select_option("tags")
    tab.get_by_label("Value").fill("club")
    expect(tab.locator(".estimate")).to_contain_text("2 people")
    tab.get_by_role("button", name="Add a rule").click()
    tab.get_by_label("What is asked").nth(1).select_option("tags")
    tab.get_by_label("Value").nth(1).fill("mountain")
    expect(tab.locator(".estimate")).to_contain_text("1 person")
    tab.get_by_role("button", name="Remove", exact=True).nth(1).click()
    expect(tab.locator(".estimate")).to_contain_text("2 people")
    tab.get_by_label("How the rules of this group join").select_option("none")
    expect(tab.locator(".estimate")).to_contain_text("1 person")
    tab.click("[name=_save]")
    tab.locator("#result_list").get_by_role("link", name="Mountaineers of the club").click()
    expect(tab.get_by_label("How the rules of this group join")).to_have_value("none")
    expect(tab.get_by_label("Value")).to_have_value("club")
    kept = house.do(lambda: Segment.objects.get(name="Mountaineers of the club").rules)
    assert "not" in json.dumps(kept)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_campaigns(house, people, club, open_tab, theme):
    tab = open_tab(people.iara, "/campaigns/", color_scheme=theme)
    assert violations(tab) == []
    tab.goto(f"{house.url}/campaigns/{club.pk}/")
    expect(tab.locator("#forecast")).to_contain_text("people would get it")
    assert violations(tab) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_of_ours_in_the_administration(house, people, club, open_tab, theme):
    """The frame is django-unfold's; the rule builder and the count are ours."""
    tab = open_tab(people.iara, f"/admin/campaigns/segment/{club.segment_id}/change/", color_scheme=theme)
    expect(tab.locator(".estimate")).to_contain_text("2 people")
    assert violations(tab, within="rule-builder, .estimate") == []
